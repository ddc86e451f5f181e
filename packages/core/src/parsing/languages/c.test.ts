import { expect, it } from 'vitest'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const source = `#include <stdio.h>
#include "net/session.h"

#define MAX_RETRIES 3
#define GUARD_ONLY
#define MIN(a, b) ((a) < (b) ? (a) : (b))

typedef struct {
    int code;
} error_t;

typedef void (*callback_t)(int);

/* Talks to one server. */
struct session {
    char *url;
    int fds[2];
    struct session *next;
};

enum state { OPEN, CLOSED };

int session_send(struct session *s, const char *message);

static int retries = 0;

/* Opens a session. */
struct session *session_open(const char *url)
{
    struct session *s = malloc(sizeof(*s));
    s->ops->connect(url);
    return s;
}

static int helper(void)
{
    return MIN(1, session_send(0, "x"));
}
`

it('reads definitions, imports, calls and inheritance of C', async () => {
  const file = await parseSource(source, builtin('c'))
  expect(file.syntaxErrors).toBe(0)
  expect(file.packageName).toBe(null)
  expect(outlineOf(file)).toEqual({
    symbols: [
      '+ constant MAX_RETRIES 4-4',
      '+ macro MIN 6-6',
      '+ struct error_t 8-10',
      '+ property error_t.code 9-9',
      '+ type callback_t 12-12',
      '+ struct session 15-19',
      '+ property session.url 16-16',
      '+ property session.fds 17-17',
      '+ property session.next 18-18',
      '+ enum state 21-21',
      '+ constant state.OPEN 21-21',
      '+ constant state.CLOSED 21-21',
      '+ function session_send 23-23',
      '+ function session_open 28-33',
      '- function helper 35-38',
    ],
    imports: ['stdio.h * .', 'net/session.h * .'],
    heritage: [],
    calls: [
      'session_open > malloc',
      'session_open > s->ops connect',
      'helper > MIN',
      'helper > session_send',
    ],
    chunks: [
      '1-6',
      '8-10 struct error_t',
      '12-12 type callback_t',
      '14-19 struct session',
      '21-21 enum state',
      '23-25',
      '27-33 function session_open',
      '35-38 function helper',
    ],
  })
  expect(
    file.symbols.flatMap(({ symbolPath, summary }) =>
      summary === null ? [] : [`${symbolPath}: ${summary}`],
    ),
  ).toEqual(['session: Talks to one server.', 'session_open: Opens a session.'])
})
