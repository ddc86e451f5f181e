import { expect, it } from 'vitest'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const source = `#!/usr/bin/env node
'use strict'
const fs = require('fs')
const { join, resolve: absolute } = require('./paths')
require('./register')

class Queue extends events.EventEmitter {
  #items = []
  limit = 10
  push = (item) => {
    this.#items.push(item)
  }

  // Takes the first.
  shift() {
    return this.#items.shift()
  }
}

function* numbers() {
  yield 1
}

Queue.prototype.clear = function () {
  this.items = []
}

exports.helper = async () => {
  fs.readFileSync(join('a'))
  return <Item key="1">{absolute('b')}</Item>
}

const table = {
  open() {
    return numbers()
  },
}

module.exports = { Queue, numbers, list: table }
`

it('reads definitions, imports, calls and inheritance of JavaScript with JSX', async () => {
  const file = await parseSource(source, builtin('javascript'))
  expect(file.syntaxErrors).toBe(0)
  expect(file.packageName).toBe(null)
  expect(outlineOf(file)).toEqual({
    symbols: [
      '- constant fs 3-3',
      '+ class Queue 7-18',
      '- property Queue.#items 8-8',
      '+ property Queue.limit 9-9',
      '+ method Queue.push 10-12',
      '+ method Queue.shift 15-17',
      '+ function numbers 20-22',
      '- function clear 24-26',
      '+ function helper 28-31',
      '+ constant table 33-37',
      '- method table.open 34-36',
    ],
    imports: ['fs * fs', './paths join join', './paths resolve absolute', './register . .'],
    heritage: ['Queue extends events EventEmitter'],
    calls: [
      'fs > require',
      '(top) > require',
      'Queue.push > this.#items push',
      'Queue.shift > this.#items shift',
      'helper > fs readFileSync',
      'helper > join',
      'helper > absolute',
      'table.open > numbers',
    ],
    chunks: [
      '1-5',
      '7-18 class Queue',
      '20-22 function numbers',
      '24-26 function clear',
      '28-31 function helper',
      '33-37 constant table',
      '39-39',
    ],
  })
  expect(
    file.symbols.flatMap(({ symbolPath, summary }) =>
      summary === null ? [] : [`${symbolPath}: ${summary}`],
    ),
  ).toEqual(['Queue.shift: Takes the first.'])
})
