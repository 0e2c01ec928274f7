import { type Clock, systemClock } from "../../shared/clock.ts";

/** Answers of the last while, by what was asked. */
export type RecentAnswers<Answer> = {
  /** The answer that was found for the same question, or is being found; otherwise what `find` finds now. */
  share(question: string, find: () => Promise<Answer>): Promise<Answer>;
};

/**
 * Lets those who ask the same within a while share one answer. A failure is told to those who wait for it, and not kept.
 * @param keepMs how old an answer may be
 * @param most how many are kept; the oldest goes first
 */
export function createRecentAnswers<Answer>(
  keepMs: number,
  most: number,
  clock: Clock = systemClock,
): RecentAnswers<Answer> {
  const answers = new Map<string, { answer: Promise<Answer>; askedAt: number }>();
  return {
    share(question, find) {
      const now = clock.monotonicMs();
      const known = answers.get(question);
      if (known !== undefined && now - known.askedAt < keepMs) return known.answer;
      const answer = find();
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
