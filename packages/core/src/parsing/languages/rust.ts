import type { FileIndex, Language } from '../../contracts/language.ts'
import { grammarPath } from './grammar-path.ts'
import { foldersUpFrom, joinPath, parentFolder } from './repository-path.ts'

const query = `
(struct_item name: (type_identifier) @name) @definition.struct
(union_item name: (type_identifier) @name) @definition.struct
(enum_item name: (type_identifier) @name) @definition.enum
(trait_item name: (type_identifier) @name) @definition.trait
(type_item name: (type_identifier) @name) @definition.type
(associated_type name: (type_identifier) @name) @definition.type
(function_item name: (identifier) @name) @definition.function
(function_signature_item name: (identifier) @name) @definition.function
(mod_item name: (identifier) @name body: (_)) @definition.module
(macro_definition name: (identifier) @name) @definition.macro
(const_item name: (identifier) @name (#set! outside-functions)) @definition.constant
(static_item name: (identifier) @name (#set! outside-functions)) @definition.variable
(enum_variant name: (identifier) @name) @definition.constant
(field_declaration name: (field_identifier) @name) @definition.property
(impl_item trait: (_) type: [
  (type_identifier) @name
  (generic_type type: (type_identifier) @name)
  (scoped_type_identifier name: (type_identifier) @name)
  (generic_type type: (scoped_type_identifier name: (type_identifier) @name))
] (#set! exported)) @definition.scope
(impl_item trait: (_) type: (_) @name (#set! exported)) @definition.scope
(impl_item !trait type: [
  (type_identifier) @name
  (generic_type type: (type_identifier) @name)
  (scoped_type_identifier name: (type_identifier) @name)
  (generic_type type: (scoped_type_identifier name: (type_identifier) @name))
]) @definition.scope
(impl_item !trait type: (_) @name) @definition.scope

(line_comment) @comment
(block_comment) @comment
(attribute_item) @decorator

(call_expression function: (identifier) @name) @reference.call
(call_expression function: (scoped_identifier) @name) @reference.call
(call_expression function: (field_expression
  value: (_) @receiver field: (field_identifier) @name)) @reference.call
(call_expression function: (generic_function
  function: [(identifier) (scoped_identifier)] @name)) @reference.call
(call_expression function: (generic_function function: (field_expression
  value: (_) @receiver field: (field_identifier) @name))) @reference.call
(macro_invocation macro: [(identifier) (scoped_identifier)] @name) @reference.call
(struct_expression name: [(type_identifier) (scoped_type_identifier)] @name) @reference.call
(impl_item trait: [
  (type_identifier) @name
  (generic_type type: (type_identifier) @name)
  (scoped_type_identifier) @name
  (generic_type type: (scoped_type_identifier) @name)
]) @reference.implements
(trait_item bounds: (trait_bounds [
  (type_identifier) @name
  (generic_type type: (type_identifier) @name)
  (scoped_type_identifier) @name
  (generic_type type: (scoped_type_identifier) @name)
])) @reference.extends

(use_declaration . argument: (_) @import.tree) @import
(use_declaration . (visibility_modifier) argument: (_) @import.tree) @reexport
(mod_item . name: (identifier) @import.specifier @import.local !body
  (#set! import.prefix "self::")) @import
(mod_item . (visibility_modifier) name: (identifier) @import.specifier @import.local !body
  (#set! import.prefix "self::")) @reexport
`

/** Rust. */
export const rust: Language = {
  id: 'rust',
  extensions: ['.rs'],
  interpreters: ['rust-script'],
  grammar: grammarPath('rust'),
  query,
  visibility: { exported: '\\bpub\\b|\\bmacro_rules!', exportedMember: '\\bpub\\b' },
  selfReceivers: ['self', 'Self'],
  resolveModule,
}

function resolveModule(specifier: string, fromPath: string, files: FileIndex): readonly string[] {
  // A dot stands before a name that may itself be a module.
  const segments = specifier.split(/::|\./).filter((segment) => segment !== '')
  const [first = '', ...rest] = segments
  switch (first) {
    case 'std':
    case 'core':
    case 'alloc':
      return []
    case 'crate':
      return crateRoots(fromPath, files)
        .flatMap((root) => findModule(root, rest, files))
        .slice(0, 1)
    case 'self':
      return findModule(moduleFolder(fromPath), rest, files)
    case 'super': {
      let folder = parentFolder(moduleFolder(fromPath))
      let tail = rest
      while (tail[0] === 'super') {
        folder = parentFolder(folder)
        tail = tail.slice(1)
      }
      return findModule(folder, tail, files)
    }
    default: {
      const child = findModule(moduleFolder(fromPath), segments, files, 1)
      if (child.length > 0) return child
      for (const name of [first, first.replaceAll('_', '-')]) {
        for (const root of files.endingWith(`${name}/src/lib.rs`)) {
          const found = findModule(parentFolder(root), rest, files)
          if (found.length > 0) return found.slice(0, 1)
        }
      }
      return []
    }
  }
}

/** Folder in which the modules inside a file's module stand. */
function moduleFolder(path: string): string {
  const folder = parentFolder(path)
  const stem = path.slice(folder === '' ? 0 : folder.length + 1).replace(/\.rs$/, '')
  return /^(?:mod|lib|main)$/.test(stem) ? folder : joinPath(folder, stem)
}

function crateRoots(fromPath: string, files: FileIndex): readonly string[] {
  return foldersUpFrom(parentFolder(fromPath)).filter(
    (folder) => files.has(joinPath(folder, 'lib.rs')) || files.has(joinPath(folder, 'main.rs')),
  )
}

/** The file of a module; names at the end of the path that are no modules are left out. */
function findModule(
  folder: string,
  segments: readonly string[],
  files: FileIndex,
  minLength: number = 0,
): readonly string[] {
  for (let length = segments.length; length >= minLength; length--) {
    const path = joinPath(folder, segments.slice(0, length).join('/'))
    const own = length === 0 ? ['lib.rs', 'main.rs', 'mod.rs'] : ['mod.rs']
    const candidates = [`${path}.rs`, ...own.map((name) => joinPath(path, name))]
    const found = candidates.filter((candidate) => files.has(candidate))
    if (found.length > 0) return found.slice(0, 1)
  }
  return []
}
