import { expect, it } from 'vitest'
import { expandImportTree } from './import-tree.ts'

const expand = (text: string): string[] =>
  expandImportTree(text).map(
    ({ specifier, imported, local }) => `${specifier} ${imported} ${local}`,
  )

it('expands nested lists of Rust', () => {
  expect(expand('std::{self, io::{self as sio, Read, *}, /* no */ fmt::Display as _}')).toEqual([
    'std null std',
    'std::io null sio',
    'std::io Read Read',
    'std::io * null',
    'std::fmt Display null',
  ])
})

it('takes a single path', () => {
  expect(expand('crate::net::Session')).toEqual(['crate::net Session Session'])
  expect(expand('serde')).toEqual(['serde null serde'])
})

it('takes the class itself for the module in PHP', () => {
  expect(expand('use Foo\\{A, B as C};')).toEqual(['Foo\\A A A', 'Foo\\B B C'])
  expect(expand('use function Foo\\bar;')).toEqual(['Foo\\bar bar bar'])
})

it('survives lists that are not closed', () => {
  expect(expand('a::{b, c::{d')).toEqual(['a b b', 'a::c d d'])
  expect(expand('}}},{')).toEqual([])
})
