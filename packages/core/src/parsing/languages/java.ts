import type { FileIndex, Language } from '../../contracts/language.ts'
import { grammarPath } from './grammar-path.ts'
import { filesOfPackage } from './repository-path.ts'

const query = `
(class_declaration name: (identifier) @name) @definition.class
(record_declaration name: (identifier) @name) @definition.class
(interface_declaration name: (identifier) @name) @definition.interface
(annotation_type_declaration name: (identifier) @name) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(constructor_declaration name: (identifier) @name) @definition.constructor
(compact_constructor_declaration name: (identifier) @name) @definition.constructor
(method_declaration name: (identifier) @name) @definition.method
(annotation_type_element_declaration name: (identifier) @name) @definition.method
(field_declaration declarator: (variable_declarator name: (identifier) @name) @definition.property)
(constant_declaration
  declarator: (variable_declarator name: (identifier) @name) @definition.constant)
(enum_constant name: (identifier) @name) @definition.constant

(line_comment) @comment
(block_comment) @comment
(package_declaration (_) @package)

(method_invocation !object name: (identifier) @name) @reference.call
(method_invocation object: (_) @receiver name: (identifier) @name) @reference.call
(method_reference (_) @receiver . "::" . (identifier) @name) @reference.call
(object_creation_expression type: [
  (type_identifier) @name
  (generic_type (type_identifier) @name)
  (scoped_type_identifier (_) @receiver (type_identifier) @name .)
  (generic_type (scoped_type_identifier (_) @receiver (type_identifier) @name .))
]) @reference.call
(superclass [
  (type_identifier) @name
  (generic_type (type_identifier) @name)
  (scoped_type_identifier (_) @receiver (type_identifier) @name .)
  (generic_type (scoped_type_identifier (_) @receiver (type_identifier) @name .))
]) @reference.extends
(extends_interfaces (type_list [
  (type_identifier) @name
  (generic_type (type_identifier) @name)
  (scoped_type_identifier (_) @receiver (type_identifier) @name .)
  (generic_type (scoped_type_identifier (_) @receiver (type_identifier) @name .))
])) @reference.extends
(super_interfaces (type_list [
  (type_identifier) @name
  (generic_type (type_identifier) @name)
  (scoped_type_identifier (_) @receiver (type_identifier) @name .)
  (generic_type (scoped_type_identifier (_) @receiver (type_identifier) @name .))
])) @reference.implements

((import_declaration (scoped_identifier name: (identifier) @import.name) @import.specifier) @import
  (#not-match? @import "^import\\\\s+static|[*]"))
((import_declaration (scoped_identifier
  scope: (_) @import.specifier name: (identifier) @import.name)) @import
  (#match? @import "^import\\\\s+static[^*]+$"))
(import_declaration (scoped_identifier) @import.specifier (asterisk) @import.wildcard) @import
`

/** Java. */
export const java: Language = {
  id: 'java',
  extensions: ['.java'],
  grammar: grammarPath('java'),
  query,
  visibility: {
    exported: '\\b(?:public|protected)\\b',
    exportedMember: '\\b(?:public|protected)\\b',
  },
  sharesPackageScope: true,
  implicitSelf: true,
  selfReceivers: ['this'],
  superReceivers: ['super'],
  resolveModule,
}

function resolveModule(specifier: string, fromPath: string, files: FileIndex): readonly string[] {
  if (/^javax?\./.test(specifier)) return []
  const segments = specifier.split('.')
  // The last names may be those of nested types.
  for (let length = segments.length; length > 1; length--) {
    const found = files.endingWith(`${segments.slice(0, length).join('/')}.java`)
    if (found.length > 0) return found
  }
  return filesOfPackage(segments.join('/'), fromPath, files, '.java')
}
