import { expect, it } from 'vitest'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const small = { maxChunkCharacters: 200, minChunkCharacters: 40 }

it('cuts Markdown at its headings, with their path as context', async () => {
  const file = await parseSource(
    [
      '---',
      'title: x',
      '# not a heading',
      '---',
      '',
      'Before.',
      '',
      '# Guide',
      '',
      'Intro.',
      '',
      '## Install `cairn` ##',
      '',
      '```sh',
      '# not a heading either',
      '```',
      '',
      'Use',
      '===',
      'Text.',
      '### [Deep](./deep.md)',
      'More.',
      '| a |',
      '|---|',
    ].join('\n'),
    builtin('markdown'),
  )
  expect(outlineOf(file).chunks).toEqual([
    '1-6',
    '8-10 Guide',
    '12-16 Guide › Install cairn',
    '18-20 Use',
    '21-24 Use › Deep',
  ])
  expect(outlineOf(file).symbols).toEqual([
    '+ section Guide 8-17',
    '+ section Guide.Install cairn 12-17',
    '+ section Use 18-24',
    '+ section Use.Deep 21-24',
  ])
  expect(file.symbols.map((symbol) => symbol.parent)).toEqual([null, 0, null, 2])
})

it('cuts JSON at the keys of its first level', async () => {
  const dependencies = Array.from(
    { length: 8 },
    (_, index) => `    "package-${index}": "1.0.${index}"`,
  )
  const file = await parseSource(
    [
      '{',
      '  "name": "x",',
      '  "version": "1",',
      '  "scripts": {',
      '    "name": "not a key of the first level"',
      '  },',
      '  "dependencies": {',
      dependencies.join(',\n'),
      '  }',
      '}',
    ].join('\n'),
    builtin('json'),
    small,
  )
  expect(file.chunks.map(({ startLine, endLine }) => `${startLine}-${endLine}`)).toEqual([
    '1-3',
    '4-6',
    expect.stringMatching(/^7-/),
    expect.stringMatching(/-17$/),
  ])
  expect(file.chunks.map((chunk) => chunk.context)).toEqual([
    'name, version',
    'scripts',
    'dependencies',
    'dependencies',
  ])
})

it('cuts YAML at its unindented keys, each with its comment', async () => {
  const steps = Array.from({ length: 6 }, (_, index) => `  - run: command number ${index}`)
  const file = await parseSource(
    [
      'name: x',
      'on: push',
      '# What is run.',
      'jobs:',
      ...steps,
      '# The end.',
      '"quoted key": 1',
    ].join('\n'),
    builtin('yaml'),
    small,
  )
  expect(outlineOf(file).chunks).toEqual(['1-2 name, on', '3-10 jobs', '11-12 quoted key'])
})

it('cuts TOML at its tables', async () => {
  const keys = Array.from({ length: 5 }, (_, index) => `key_${index} = "a value of some length"`)
  const file = await parseSource(
    ['title = "x"', '', '[tool.build]', ...keys, '', '[[bin]]', ...keys].join('\n'),
    builtin('toml'),
    small,
  )
  expect(outlineOf(file).chunks).toEqual(['1-1 title', '3-8 tool.build', '10-15 bin'])
})

it('cuts CSS between rules and HTML between elements', async () => {
  const rule = ['.a {', '  color: red;', '  background: blue;', '  margin: 0 auto 0 auto;', '}', '']
  const css = await parseSource(
    Array.from({ length: 8 }, () => rule)
      .flat()
      .join('\n'),
    builtin('css'),
    small,
  )
  expect(css.chunks.length).toBeGreaterThan(2)
  for (const chunk of css.chunks) expect(chunk.text).toMatch(/^\.a \{[\s\S]*\}$/)
  const element = [
    '<section>',
    '  <p>some text of a paragraph</p>',
    '  <p>and some more of it</p>',
    '</section>',
  ]
  const html = await parseSource(
    Array.from({ length: 8 }, () => element)
      .flat()
      .join('\n'),
    builtin('html'),
    small,
  )
  expect(html.chunks.length).toBeGreaterThan(2)
  for (const chunk of html.chunks) expect(chunk.text).toMatch(/^<section>/)
})

it('cuts any other text by lines, best after a blank one', async () => {
  const paragraph = ['a line of some text', 'another line of it', 'and the last of them', '']
  const file = await parseSource(
    Array.from({ length: 10 }, () => paragraph)
      .flat()
      .join('\n'),
    null,
    small,
  )
  expect(file.language).toBe('text')
  expect(file.chunks.length).toBeGreaterThan(2)
  for (const chunk of file.chunks) expect(chunk.text).toMatch(/^a line[\s\S]*last of them$/)
})
