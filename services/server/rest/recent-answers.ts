import { tryAgain } from "../problem.ts";

/** Answers of the last while, by what was asked. */
export type RecentAnswers<Answer> = {
  /**
   * The answer that was found for the same question, or is being found; otherwise what `find` finds, once the questions
   * before it are answered.
   * @throws {ProblemError} 503 when too many wait
   */
  share(question: string, find: () => Promise<Answer>): Promise<Answer>;
};

/** When to try again where too many wait. */
const busySeconds = 10;

/**
 * Lets those who ask the same within a while share one answer. A failure is told to those who wait for it, and not kept.
 * One answer is found at a time: whoever asks many questions keeps no more than one connection of the database busy.
 * @param keepMs how old an answer may be
 * @param most how many are kept, the oldest goes first; and how many questions may wait
 */
export function createRecentAnswers<Answer>(keepMs: number, most: number): RecentAnswers<Answer> {
  const answers = new Map<string, { answer: Promise<Answer>; askedAt: number }>();
  let waiting = 0;
  let before: Promise<unknown> = Promise.resolve();

  function findInTurn(find: () => Promise<Answer>): Promise<Answer> {
    if (waiting >= most) throw tryAgain(503, "too many other questions of this kind wait for an answer", busySeconds);
    waiting += 1;
    const answer = before.then(find).finally(() => {
      waiting -= 1;
    });
    before = answer.catch(() => {});
    return answer;
  }

  return {
    async share(question, find) {
      const now = performance.now();
      const known = answers.get(question);
      if (known !== undefined && now - known.askedAt < keepMs) return known.answer;
      const answer = findInTurn(find);
      // So that the newest is the last of the map.
      answers.delete(question);
      answers.set(question, { answer, askedAt: now });
      const [oldest] = answers.keys();
      if (answers.size > most && oldest !== undefined) answers.delete(oldest);
      answer.catch(() => {
        if (answers.get(question)?.answer === answer) answers.delete(question);
      });
      return answer;
    },
  };
}
