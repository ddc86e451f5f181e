import { expect, it } from 'vitest'
import { fileIndexOf } from '../fixtures/file-index.ts'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const source = `require 'json'
require_relative '../net/connection'
autoload :Wire, 'acme/wire'

module Acme
  LIMIT = 3

  # Talks to one server. Reconnects.
  class Session < Base::Client
    include Enumerable
    extend ActiveSupport::Concern
    attr_reader :url, :state

    def initialize(url)
      super(url)
      @connection = Connection.new(url)
    end

    # Sends a message.
    def send_message(message, retries: LIMIT)
      @connection.write(JSON.dump(message))
      check! message
      self.class.build.flush(1)
    end

    def self.build
      new('x')
    end

    def closed? = @closed

    class << self
      def default
        build
      end
    end
  end
end

class Acme::Session::Error < StandardError
end

def helper(a)
  puts a
end
`

it('reads definitions, imports, calls and inheritance of Ruby', async () => {
  const file = await parseSource(source, builtin('ruby'))
  expect(file.syntaxErrors).toBe(0)
  expect(file.packageName).toBe(null)
  expect(outlineOf(file)).toEqual({
    symbols: [
      '+ module Acme 5-38',
      '+ constant Acme.LIMIT 6-6',
      '+ class Acme.Session 9-37',
      '+ property Acme.Session.url 12-12',
      '+ property Acme.Session.state 12-12',
      '+ constructor Acme.Session.initialize 14-17',
      '+ method Acme.Session.send_message 20-24',
      '+ method Acme.Session.build 26-28',
      '+ method Acme.Session.closed? 30-30',
      '+ method Acme.Session.default 33-35',
      '+ class Acme.Session.Error 40-41',
      '+ function helper 43-45',
    ],
    imports: ['json * .', '../net/connection * .', 'acme/wire Wire Wire'],
    heritage: [
      'Acme.Session extends Base Client',
      'Acme.Session implements Enumerable',
      'Acme.Session implements ActiveSupport Concern',
      'Acme.Session.Error extends StandardError',
    ],
    calls: [
      '(top) > require',
      '(top) > require_relative',
      '(top) > autoload',
      'Acme.Session > include',
      'Acme.Session > extend',
      'Acme.Session > attr_reader',
      'Acme.Session.initialize > Connection new',
      'Acme.Session.send_message > @connection write',
      'Acme.Session.send_message > JSON dump',
      'Acme.Session.send_message > check!',
      'Acme.Session.send_message > self class',
      'Acme.Session.send_message > self.class build',
      'Acme.Session.send_message > self.class.build flush',
      'Acme.Session.build > new',
      'helper > puts',
    ],
    chunks: [
      '1-3',
      '5-6 module Acme',
      '8-12 module Acme › class Session',
      '14-17 module Acme › class Session › constructor initialize',
      '19-24 module Acme › class Session › method send_message',
      '26-28 module Acme › class Session › method build',
      '30-32 module Acme › class Session',
      '33-38 module Acme › class Session › method default',
      '40-41 module Acme › class Session › class Error',
      '43-45 function helper',
    ],
  })
  expect(
    file.symbols.flatMap(({ symbolPath, summary }) =>
      summary === null ? [] : [`${symbolPath}: ${summary}`],
    ),
  ).toEqual(['Acme.Session: Talks to one server.', 'Acme.Session.send_message: Sends a message.'])
})

it('finds the file that a require of Ruby means', () => {
  const files = fileIndexOf('lib/acme/wire.rb', 'lib/acme.rb', 'config/boot.rb', 'spec/helper.rb')
  const resolve = (specifier: string, from: string): readonly string[] | undefined =>
    builtin('ruby').resolveModule?.(specifier, from, files)
  expect(resolve('acme/wire', 'spec/x_spec.rb')).toEqual(['lib/acme/wire.rb'])
  expect(resolve('./helper', 'spec/x_spec.rb')).toEqual(['spec/helper.rb'])
  expect(resolve('../lib/acme', 'spec/x_spec.rb')).toEqual(['lib/acme.rb'])
  expect(resolve('config/boot.rb', 'spec/x_spec.rb')).toEqual(['config/boot.rb'])
  expect(resolve('json', 'spec/x_spec.rb')).toEqual([])
})
