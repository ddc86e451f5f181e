import type { FileIndex, Language } from '../../contracts/language.ts'
import { grammarPath } from './grammar-path.ts'
import { joinPath, parentFolder } from './repository-path.ts'

const query = `
(class_definition name: (identifier) @name) @definition.class
(function_definition name: (identifier) @name) @definition.function
(module (expression_statement (assignment left: (identifier) @name)) @definition.variable)
(class_definition body: (block
  (expression_statement (assignment left: (identifier) @name)) @definition.property))
(module (type_alias_statement left: (type (identifier) @name)) @definition.type)

(comment) @comment
(decorator) @decorator
(block . (expression_statement . (string) @doc))

(call function: (identifier) @name) @reference.call
(call function: (attribute object: (_) @receiver attribute: (identifier) @name)) @reference.call
(class_definition superclasses: (argument_list [
  (identifier) @name
  (attribute object: (_) @receiver attribute: (identifier) @name)
  (subscript value: (identifier) @name)
  (subscript value: (attribute object: (_) @receiver attribute: (identifier) @name))
])) @reference.extends

(import_statement name: (dotted_name) @import.specifier @import.local) @import
(import_statement name: (aliased_import
  name: (dotted_name) @import.specifier alias: (identifier) @import.local)) @import
(import_from_statement module_name: (_) @import.specifier name: (dotted_name) @import.name) @reexport
(import_from_statement module_name: (_) @import.specifier
  name: (aliased_import name: (dotted_name) @import.name alias: (identifier) @import.local)) @reexport
(import_from_statement module_name: (_) @import.specifier (wildcard_import) @import.wildcard) @import
`

/** Python; a name that begins with one underscore is private. */
export const python: Language = {
  id: 'python',
  extensions: ['.py', '.pyi', '.pyw'],
  filenames: ['SConstruct', 'SConscript', 'wscript'],
  interpreters: ['python', 'pypy'],
  grammar: grammarPath('python'),
  query,
  documentation: 'docstring',
  visibility: { hidden: privateName(), hiddenMember: privateName() },
  constructorNames: ['__init__'],
  selfReceivers: ['self', 'cls'],
  superReceivers: ['super()'],
  resolveModule,
}

function privateName(): string {
  return '(?<![\\p{L}\\p{N}_])_(?!_[\\p{L}\\p{N}_]*__$)[\\p{L}\\p{N}_]*$'
}

function resolveModule(specifier: string, fromPath: string, files: FileIndex): readonly string[] {
  const dots = /^\.*/.exec(specifier)?.[0].length ?? 0
  const tail = specifier.slice(dots).replaceAll('.', '/')
  if (dots > 0) {
    let folder = parentFolder(fromPath)
    for (let up = 1; up < dots; up++) {
      if (folder === '') return []
      folder = parentFolder(folder)
    }
    return fileNames(joinPath(folder, tail)).filter((path) => files.has(path))
  }
  const atRoot = fileNames(tail).filter((path) => files.has(path))
  if (atRoot.length > 0) return atRoot
  // A single word from below some folder would catch the standard library's `types` or `json`.
  const found = fileNames(tail).flatMap((path) => files.endingWith(path))
  if (tail.includes('/')) return found
  return found.filter((path) => isSourceRoot(parentFolder(path.replace(/\/__init__\.pyi?$/, ''))))
}

function fileNames(module: string): readonly string[] {
  if (module === '') return ['__init__.py', '__init__.pyi']
  if (module.endsWith('/')) return [`${module}__init__.py`, `${module}__init__.pyi`]
  return [`${module}.py`, `${module}/__init__.py`, `${module}/__init__.pyi`, `${module}.pyi`]
}

function isSourceRoot(folder: string): boolean {
  return /(?:^|\/)(?:src|lib|python)$/.test(folder)
}
