import { expect, it } from 'vitest'
import { fileIndexOf } from '../fixtures/file-index.ts'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const source = `#include "session.hpp"
#include <vector>

namespace acme::net {

/// Talks to one server.
template <typename T>
class Session final : public Base<T>, private util::Closable {
public:
  explicit Session(std::string url) : url_(url) {
    connect();
  }
  ~Session();
  virtual void send(const T& message) = 0;
  std::vector<int> sizes() const {
    return this->queue_.sizes();
  }
  Session& operator=(const Session& other);

private:
  std::string url_;
  static const int limit = 3;
};

struct Point {
  int x;
};

enum class State { Open, Closed };
using Alias = Session<int>;

template <typename T>
void Session<T>::flush() {
  wire::encode<T>(queue_);
  peer->transport.write(1);
  auto timer = new Timer(1);
  detail::Log::instance().info("flushed");
}

static int helper() {
  return 1;
}

int* pointer(int a) {
  return nullptr;
}

} // namespace acme::net

extern "C" {
void c_api(void);
}

bool operator==(const Point& a, const Point& b) {
  return a.x == b.x;
}
`

it('reads definitions, imports, calls and inheritance of C++', async () => {
  const file = await parseSource(source, builtin('cpp'))
  expect(file.syntaxErrors).toBe(0)
  expect(file.packageName).toBe(null)
  expect(outlineOf(file)).toEqual({
    symbols: [
      '+ namespace acme.net 4-48',
      '+ class acme.net.Session 7-23',
      '+ constructor acme.net.Session.Session 10-12',
      '+ method acme.net.Session.~Session 13-13',
      '+ method acme.net.Session.send 14-14',
      '+ method acme.net.Session.sizes 15-17',
      '+ property acme.net.Session.url_ 21-21',
      '+ property acme.net.Session.limit 22-22',
      '+ struct acme.net.Point 25-27',
      '+ property acme.net.Point.x 26-26',
      '+ enum acme.net.State 29-29',
      '+ constant acme.net.State.Open 29-29',
      '+ constant acme.net.State.Closed 29-29',
      '+ type acme.net.Alias 30-30',
      '+ method acme.net.Session.flush 32-38',
      '- function acme.net.helper 40-42',
      '+ function acme.net.pointer 44-46',
      '+ function c_api 51-51',
      '+ function operator== 54-56',
    ],
    imports: ['session.hpp * .', 'vector * .'],
    heritage: ['acme.net.Session extends Base', 'acme.net.Session extends util Closable'],
    calls: [
      'acme.net.Session.Session > connect',
      'acme.net.Session.sizes > this->queue_ sizes',
      'acme.net.Session.flush > wire encode',
      'acme.net.Session.flush > peer->transport write',
      'acme.net.Session.flush > Timer',
      'acme.net.Session.flush > detail::Log instance',
      'acme.net.Session.flush > ? info',
    ],
    chunks: [
      '1-2',
      '4-4 namespace acme::net',
      '6-9 namespace acme::net › class Session',
      '10-12 namespace acme::net › class Session › constructor Session',
      '13-14 namespace acme::net › class Session',
      '15-17 namespace acme::net › class Session › method sizes',
      '18-23 namespace acme::net › class Session',
      '25-27 namespace acme::net › struct Point',
      '29-30 namespace acme::net › enum State',
      '32-38 namespace acme::net › class Session › method flush',
      '40-42 namespace acme::net › function helper',
      '44-48 namespace acme::net › function pointer',
      '50-52',
      '54-56 function operator==',
    ],
  })
  expect(
    file.symbols.flatMap(({ symbolPath, summary }) =>
      summary === null ? [] : [`${symbolPath}: ${summary}`],
    ),
  ).toEqual(['acme.net.Session: Talks to one server.'])
})

it('finds the file that an include means', () => {
  const files = fileIndexOf('src/net/session.hpp', 'include/acme/net/session.hpp', 'src/log.h')
  const resolve = (specifier: string, from: string): readonly string[] | undefined =>
    builtin('cpp').resolveModule?.(specifier, from, files)
  expect(resolve('session.hpp', 'src/net/session.cpp')).toEqual(['src/net/session.hpp'])
  expect(resolve('../log.h', 'src/net/session.cpp')).toEqual(['src/log.h'])
  expect(resolve('acme/net/session.hpp', 'src/net/session.cpp')).toEqual([
    'include/acme/net/session.hpp',
  ])
  expect(resolve('vector', 'src/net/session.cpp')).toEqual([])
})
