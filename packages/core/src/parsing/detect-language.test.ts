import { expect, it } from 'vitest'
import { builtinLanguages } from './builtin-languages.ts'
import { createLanguageDetector } from './detect-language.ts'

const languageOf = createLanguageDetector(builtinLanguages)

it.each([
  ['src/app.ts', 'typescript'],
  ['src/app.d.ts', 'typescript'],
  ['src/App.TSX', 'tsx'],
  ['a/b.c/Makefile', 'text'],
  ['lib/Rakefile', 'ruby'],
  ['x.h', 'c'],
  ['x.hpp', 'cpp'],
  ['README.md', 'markdown'],
  ['LICENSE', 'text'],
  ['', 'text'],
])('tells %j by its name', (path, id) => {
  expect(languageOf(path)).toBe(id)
})

it.each([
  ['#!/bin/sh\n', 'bash'],
  ['#!/usr/bin/env python3.12 -u\n', 'python'],
  ['#!/usr/bin/env -S NODE_ENV=x node --foo\n', 'javascript'],
  ['#!\n', 'text'],
  ['#!/usr/bin/perl', 'text'],
  ['#! /usr/bin/ruby -w\r\n', 'ruby'],
])('tells by the interpreter line %j', (line, id) => {
  expect(languageOf('bin/run', Buffer.from(line))).toBe(id)
})

it('asks the interpreter line only where the name says nothing', () => {
  expect(languageOf('run.py', Buffer.from('#!/bin/sh\n'))).toBe('python')
})

it('lets a later language take an ending over', () => {
  const languages = [...builtinLanguages, { id: 'mine', extensions: ['.h', '.test.ts'] }]
  const mine = createLanguageDetector(languages)
  expect(mine('x.h')).toBe('mine')
  expect(mine('x.test.ts')).toBe('mine')
  expect(mine('x.ts')).toBe('typescript')
})
