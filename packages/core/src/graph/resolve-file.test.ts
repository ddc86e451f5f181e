import { afterAll, describe, expect, test } from 'vitest'
import { versionId } from '../content-ids.ts'
import type { GraphNode } from '../contracts/graph-store.ts'
import { createParser } from '../parsing/parser.ts'
import { createFileIndex } from './file-index.ts'
import type { FileUses } from './read-spooled.ts'
import { resolveFile } from './resolve-file.ts'
import type { ResolutionContext } from './resolve-name.ts'
import { indexSurface } from './surface-index.ts'

const parser = createParser({ threads: 1 })
afterAll(() => parser.close())

/** Parses real sources and gives their edges as `type from -> to (resolution)`. */
async function edgesOf(sources: Record<string, string>): Promise<string[]> {
  const files: FileUses[] = []
  for (const [path, source] of Object.entries(sources)) {
    const bytes = new TextEncoder().encode(source)
    const parsed = await parser.parse({ path, language: parser.languageOf(path, bytes), bytes })
    const version = versionId('r', path, source, parser.fingerprint)
    files.push({ ...parsed, path, version })
  }
  const surfaces = new Map(files.map((file) => [file.path, indexSurface('r', file)]))
  const context: ResolutionContext = {
    files: createFileIndex(surfaces.keys()),
    language: parser.language,
    surface: (path) => surfaces.get(path),
  }
  const graphs = files.flatMap((file) => {
    const surface = surfaces.get(file.path)
    return surface ? [resolveFile(context, 'r', file, surface)] : []
  })
  const nodes = new Map<string, GraphNode>()
  for (const graph of graphs) {
    for (const node of [...graph.nodes, ...graph.modules]) nodes.set(node.id, node)
  }
  const label = (id: string): string => {
    const node = nodes.get(id)
    if (!node) return `dangling ${id}`
    if (node.kind === 'module') return `module ${node.name}`
    return node.symbolPath === null ? `${node.path}` : `${node.path}#${node.symbolPath}`
  }
  return graphs
    .flatMap((graph) => graph.edges)
    .filter((edge) => edge.type !== 'defines')
    .map((edge) => `${edge.type} ${label(edge.from)} -> ${label(edge.to)} (${edge.resolution})`)
    .sort()
}

describe('edges of Python', () => {
  test('calls resolve by scope, import, package member and inheritance, and never by name alone', async () => {
    const edges = await edgesOf({
      'app/base.py': 'class Base:\n    def save(self):\n        return 1\n',
      'app/models.py':
        'from .base import Base\n\nclass User(Base):\n    def create(self):\n        self.save()\n        self.missing()\n        unknown.save()\n\ndef make():\n    return User()\n',
      'app/views.py':
        'from . import models\nfrom app.models import make as build\nimport os\n\ndef view():\n    build()\n    models.make()\n    os.getcwd()\n    view()\n',
    })
    expect(edges).toEqual(
      [
        'calls app/models.py#User.create -> app/base.py#Base.save (member)',
        'calls app/models.py#make -> app/models.py#User (scope)',
        'calls app/views.py#view -> app/models.py#make (import)',
        'calls app/views.py#view -> app/views.py#view (scope)',
        'extends app/models.py#User -> app/base.py#Base (import)',
        'imports app/models.py -> app/base.py (import)',
        'imports app/views.py -> app/models.py (import)',
        'imports app/views.py -> module os (syntax)',
      ].sort(),
    )
  })
})

describe('modules that are called alike', () => {
  test('mean the nearest one, and passing each other on in circles ends', async () => {
    const names = Array.from({ length: 8 }, (_, index) => `m${index}`)
    const copy = (folder: string): Record<string, string> =>
      Object.fromEntries([
        ...names.map((name) => [
          `${folder}/app/${name}.py`,
          `${names.map((other) => `from app.${other} import *\n`).join('')}\ndef ${name}():\n    nowhere()\n`,
        ]),
        [`${folder}/app/__init__.py`, 'from app.m0 import *\n\n\ndef start():\n    m7()\n'],
      ])
    const edges = await edgesOf({ ...copy('one'), ...copy('two'), ...copy('three') })
    expect(edges.filter((edge) => edge.startsWith('calls'))).toEqual([
      'calls one/app/__init__.py#start -> one/app/m7.py#m7 (import)',
      'calls three/app/__init__.py#start -> three/app/m7.py#m7 (import)',
      'calls two/app/__init__.py#start -> two/app/m7.py#m7 (import)',
    ])
  })
})

describe('edges of TypeScript', () => {
  test('calls follow named, namespace and re-exported imports', async () => {
    const edges = await edgesOf({
      'src/send.ts':
        'export function send() {}\nexport class Socket { open() { return send() } }\n',
      'src/index.ts': "export { send as transmit } from './send.ts'\nexport * from './send.ts'\n",
      'src/app.ts':
        "import { transmit, Socket } from './index.js'\nimport * as all from './send.ts'\nimport { readFile } from 'node:fs'\nclass Fast extends Socket {\n  run() {\n    this.open()\n    super.open()\n    all.send()\n    transmit()\n    readFile()\n  }\n}\n",
    })
    expect(edges).toEqual(
      [
        'calls src/app.ts#Fast.run -> src/send.ts#Socket.open (member)',
        'calls src/app.ts#Fast.run -> src/send.ts#send (import)',
        'calls src/send.ts#Socket.open -> src/send.ts#send (scope)',
        'extends src/app.ts#Fast -> src/send.ts#Socket (import)',
        'imports src/app.ts -> module node:fs (syntax)',
        'imports src/app.ts -> src/index.ts (import)',
        'imports src/app.ts -> src/send.ts (import)',
        'imports src/index.ts -> src/send.ts (import)',
      ].sort(),
    )
  })

  test('re-exports in a loop end', async () => {
    const edges = await edgesOf({
      'a.ts': "export * from './b.ts'\nexport function one() { two() }\n",
      'b.ts':
        "export * from './a.ts'\nimport { nothing } from './a.ts'\nexport function two() { nothing() }\n",
    })
    expect(edges).toEqual(['imports a.ts -> b.ts (import)', 'imports b.ts -> a.ts (import)'])
  })
})

describe('edges of Java', () => {
  test('a type of the same package and an inherited member are found without an import', async () => {
    const edges = await edgesOf({
      'com/shop/Base.java': 'package com.shop;\npublic class Base { protected void log() {} }\n',
      'com/shop/Cart.java':
        'package com.shop;\npublic class Cart extends Base { void add() { log(); this.total(); Prices.of(); } int total() { return 1; } }\n',
      'com/shop/Prices.java':
        'package com.shop;\npublic class Prices { static int of() { return 2; } }\n',
    })
    expect(edges).toEqual(
      [
        'calls com/shop/Cart.java#Cart.add -> com/shop/Base.java#Base.log (member)',
        'calls com/shop/Cart.java#Cart.add -> com/shop/Cart.java#Cart.total (member)',
        'calls com/shop/Cart.java#Cart.add -> com/shop/Prices.java#Prices.of (member)',
        'extends com/shop/Cart.java#Cart -> com/shop/Base.java#Base (package)',
      ].sort(),
    )
  })
})

describe('edges of Go', () => {
  test('functions of the same folder and of an imported package of the repository are found', async () => {
    const edges = await edgesOf({
      'main.go':
        'package main\n\nimport (\n\t"fmt"\n\t"example.com/shop/price"\n)\n\nfunc main() {\n\thelp()\n\tprice.Of()\n\tfmt.Println()\n}\n',
      'help.go': 'package main\n\nfunc help() {}\n',
      'price/price.go': 'package price\n\nfunc Of() int { return 1 }\n',
    })
    expect(edges).toEqual(
      [
        'calls main.go#main -> help.go#help (package)',
        'calls main.go#main -> price/price.go#Of (import)',
        'imports main.go -> module fmt (syntax)',
        'imports main.go -> price/price.go (import)',
      ].sort(),
    )
  })
})
