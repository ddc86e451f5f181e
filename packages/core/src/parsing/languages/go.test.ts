import { expect, it } from 'vitest'
import { fileIndexOf } from '../fixtures/file-index.ts'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const source = `// Package session talks to servers.
package session

import (
	"fmt"
	_ "embed"
	. "math"

	"github.com/acme/wire/v2"
	yaml "gopkg.in/yaml.v3"
)

import "net/http"

// MaxRetries bounds the tries.
const MaxRetries = 3

const (
	stateOpen = iota
	StateClosed
)

var (
	ErrClosed = fmt.Errorf("closed")
	pool      Pool
)

// Session talks to one server. It reconnects.
type Session struct {
	*http.Client
	Base
	Name, url string
}

// Sender sends.
type Sender interface {
	fmt.Stringer
	// Send sends a message.
	Send(message string) error
}

type Handler func(string) error
type ID = string

type List[T any] struct {
	items []T
}

// New makes a session.
func New(url string) *Session {
	s := &Session{Name: url}
	go s.connect(wire.Dial(url))
	return s
}

// Send sends a message.
func (s *Session) Send(message string) error {
	defer func() {
		recoverFrom(message)
	}()
	data, _ := yaml.Marshal(wire.Frame{})
	return s.Client.Do(data)
}

func (l List[T]) Len() int {
	return len(l.items)
}
`

it('reads definitions, imports, calls and inheritance of Go', async () => {
  const file = await parseSource(source, builtin('go'))
  expect(file.syntaxErrors).toBe(0)
  expect(file.packageName).toBe('session')
  expect(outlineOf(file)).toEqual({
    symbols: [
      '+ constant MaxRetries 16-16',
      '- constant stateOpen 19-19',
      '+ constant StateClosed 20-20',
      '+ variable ErrClosed 24-24',
      '- variable pool 25-25',
      '+ struct Session 29-33',
      '+ property Session.Name 32-32',
      '- property Session.url 32-32',
      '+ interface Sender 36-40',
      '+ method Sender.Send 39-39',
      '+ type Handler 42-42',
      '+ type ID 43-43',
      '+ struct List 45-47',
      '- property List.items 46-46',
      '+ function New 50-54',
      '+ method Session.Send 57-63',
      '+ method List.Len 65-67',
    ],
    imports: [
      'fmt . fmt',
      'embed . .',
      'math * .',
      'github.com/acme/wire/v2 . wire',
      'gopkg.in/yaml.v3 . yaml',
      'net/http . http',
    ],
    heritage: [
      'Session extends http Client',
      'Session extends Base',
      'Sender extends fmt Stringer',
    ],
    calls: [
      'ErrClosed > fmt Errorf',
      'New > Session',
      'New > s connect',
      'New > wire Dial',
      'Session.Send > recoverFrom',
      'Session.Send > yaml Marshal',
      'Session.Send > wire Frame',
      'Session.Send > s.Client Do',
      'List.Len > len',
    ],
    chunks: [
      '1-26',
      '28-33 struct Session',
      '35-40 interface Sender',
      '42-43',
      '45-47 struct List',
      '49-54 function New',
      '56-63 struct Session › method Send',
      '65-67 struct List › method Len',
    ],
  })
  expect(
    file.symbols.flatMap(({ symbolPath, summary }) =>
      summary === null ? [] : [`${symbolPath}: ${summary}`],
    ),
  ).toEqual([
    'MaxRetries: MaxRetries bounds the tries.',
    'Session: Session talks to one server.',
    'Sender: Sender sends.',
    'Sender.Send: Send sends a message.',
    'New: New makes a session.',
    'Session.Send: Send sends a message.',
  ])
})

it('finds the files that an import of Go means', () => {
  const files = fileIndexOf(
    'gin.go',
    'binding/a.go',
    'binding/a_test.go',
    'binding/b.go',
    'http/x.go',
    'services/api/go.mod',
    'services/api/db/db.go',
    'services/api/main.go',
  )
  const resolve = (specifier: string, from: string): readonly string[] | undefined =>
    builtin('go').resolveModule?.(specifier, from, files)
  expect(resolve('github.com/gin-gonic/gin/binding', 'render/x.go')).toEqual([
    'binding/a.go',
    'binding/b.go',
  ])
  expect(resolve('github.com/gin-gonic/gin', 'render/x.go')).toEqual(['gin.go'])
  expect(resolve('acme.dev/api/db', 'services/api/main.go')).toEqual(['services/api/db/db.go'])
  expect(resolve('net/http', 'gin.go')).toEqual([])
  expect(resolve('github.com/other/thing/deep/er/still', 'gin.go')).toEqual([])
})
