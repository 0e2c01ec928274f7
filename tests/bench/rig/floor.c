/*
 * The minimal cost of fan-out: subscribes to a Redis channel and writes each message as a server-sent event to all clients.
 * Joins all messages of one read and writes them once to each client.
 *
 * cc -O2 -o floor floor.c; ./floor PORT REDIS_PORT CHANNEL
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FDS 65536
#define RING (1 << 22)
#define EVENT "event: observation\ndata: "

static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n: hello\n\n";

/* The last bytes of the stream, by their position in it; a listener is stored as its position. */
static char ring[RING];
static size_t written;
static struct { size_t place; int listening, waiting; } listeners[MAX_FDS];
static int last_fd, poller;

static int listen_on(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) || listen(fd, 4096)) exit(1);
  return fd;
}

static int subscribe(int port, const char *channel) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(fd, (struct sockaddr *)&address, sizeof address)) exit(1);
  dprintf(fd, "SUBSCRIBE %s\r\n", channel);
  fcntl(fd, F_SETFL, O_NONBLOCK);
  return fd;
}

static void watch(int fd, int operation, int events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  epoll_ctl(poller, operation, fd, &event);
}

static void drop(int fd) {
  listeners[fd].listening = 0;
  close(fd);
}

static void catch_up(int fd) {
  while (listeners[fd].place < written) {
    size_t from = listeners[fd].place % RING, length = written - listeners[fd].place;
    if (length > RING) return drop(fd);
    if (length > RING - from) length = RING - from;
    ssize_t sent = send(fd, ring + from, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0) {
      if (errno != EAGAIN) return drop(fd);
      if (!listeners[fd].waiting) watch(fd, EPOLL_CTL_MOD, EPOLLIN | EPOLLOUT);
      listeners[fd].waiting = 1;
      return;
    }
    listeners[fd].place += sent;
  }
  if (listeners[fd].waiting) watch(fd, EPOLL_CTL_MOD, EPOLLIN);
  listeners[fd].waiting = 0;
}

static void append(const char *bytes, size_t length) {
  while (length > 0) {
    size_t at = written % RING, part = length < RING - at ? length : RING - at;
    memcpy(ring + at, bytes, part);
    written += part, bytes += part, length -= part;
  }
}

/* A message has three strings, each after its length: "message", the channel, the text. */
static char *take_string(char *at, char *end, char **text, size_t *length) {
  char *line = at < end ? memchr(at, '\n', end - at) : NULL;
  if (!line || *at == ':') return line ? line + 1 : NULL;
  *length = strtoul(at + 1, NULL, 10);
  *text = line + 1;
  return (size_t)(end - *text) < *length + 2 ? NULL : *text + *length + 2;
}

static void receive(int redis) {
  static char buffer[1 << 16];
  static size_t filled;
  ssize_t got = read(redis, buffer + filled, sizeof buffer - filled);
  if (got <= 0) exit(1);
  char *at = buffer, *end = buffer + (filled += got);
  for (;;) {
    char *kind = "", *text = "", *next = at < end ? memchr(at, '\n', end - at) : NULL;
    size_t kind_length = 0, length = 0;
    if (next) next = take_string(next + 1, end, &kind, &kind_length);
    if (next) next = take_string(next, end, &text, &length);
    if (next) next = take_string(next, end, &text, &length);
    if (!next) break;
    if (kind_length == strlen("message")) {
      append(EVENT, strlen(EVENT));
      append(text, length);
      append("\n\n", 2);
    }
    at = next;
  }
  memmove(buffer, at, filled = end - at);
  for (int fd = 0; fd <= last_fd; fd++)
    if (listeners[fd].listening && !listeners[fd].waiting) catch_up(fd);
}

static void accept_all(int server) {
  int fd, yes = 1;
  while ((fd = accept4(server, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    if (fd >= MAX_FDS) exit(1);
    if (fd > last_fd) last_fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    watch(fd, EPOLL_CTL_ADD, EPOLLIN);
  }
}

/* The answer to every request. */
static void answer(int fd) {
  char request[4096];
  if (recv(fd, request, sizeof request, 0) <= 0) return drop(fd);
  if (listeners[fd].listening || send(fd, head, strlen(head), MSG_NOSIGNAL) < 0) return;
  listeners[fd].place = written;
  listeners[fd].listening = 1;
  listeners[fd].waiting = 0;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  signal(SIGPIPE, SIG_IGN);
  poller = epoll_create1(0);
  int server = listen_on(atoi(argv[1])), redis = subscribe(atoi(argv[2]), argv[3]);
  watch(server, EPOLL_CTL_ADD, EPOLLIN);
  watch(redis, EPOLL_CTL_ADD, EPOLLIN);
  for (;;) {
    struct epoll_event events[512];
    int count = epoll_wait(poller, events, 512, -1);
    for (int i = 0; i < count; i++) {
      int fd = events[i].data.fd;
      if (fd == server) accept_all(server);
      else if (fd == redis) receive(redis);
      else if (events[i].events & EPOLLOUT) catch_up(fd);
      else answer(fd);
    }
  }
}
