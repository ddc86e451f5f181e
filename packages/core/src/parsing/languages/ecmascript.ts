import type { FileIndex, Visibility } from '../../contracts/language.ts'
import { joinPath, parentFolder } from './repository-path.ts'

/** What the queries of JavaScript and TypeScript have in common. */
const shared = `
(function_declaration name: (identifier) @name) @definition.function
(generator_function_declaration name: (identifier) @name) @definition.function
(method_definition name: (_) @name) @definition.method
(variable_declarator name: (identifier) @name
  value: [(arrow_function) (function_expression) (generator_function)]) @definition.function
(variable_declarator name: (identifier) @name value: (class)) @definition.class
(program (lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant))
(program (variable_declaration (variable_declarator name: (identifier) @name) @definition.variable))
(program (export_statement
  declaration: (lexical_declaration (variable_declarator name: (identifier) @name) @definition.constant)))
(assignment_expression
  left: (member_expression property: (property_identifier) @name)
  right: [(function_expression) (arrow_function)]) @definition.function

(comment) @comment
(decorator) @decorator

(call_expression function: (identifier) @name) @reference.call
(call_expression function: (member_expression
  object: (_) @receiver property: [(property_identifier) (private_property_identifier)] @name)) @reference.call
(new_expression constructor: (identifier) @name) @reference.call
(new_expression constructor: (member_expression
  object: (_) @receiver property: (property_identifier) @name)) @reference.call

(import_statement source: (string (string_fragment) @import.specifier)) @import
(import_clause (identifier) @import.default)
(namespace_import (identifier) @import.namespace)
(import_specifier name: (_) @import.name !alias)
(import_specifier name: (_) @import.name alias: (_) @import.local)
(call_expression function: (import)
  arguments: (arguments . (string (string_fragment) @import.specifier))) @import
(variable_declarator name: (identifier) @import.namespace
  value: (call_expression function: (identifier) @_require
    arguments: (arguments . (string (string_fragment) @import.specifier)))
  (#eq? @_require "require")) @import
(variable_declarator name: (object_pattern) @import.names
  value: (call_expression function: (identifier) @_require
    arguments: (arguments . (string (string_fragment) @import.specifier)))
  (#eq? @_require "require")) @import
(expression_statement (call_expression function: (identifier) @_require
    arguments: (arguments . (string (string_fragment) @import.specifier)))
  (#eq? @_require "require")) @import

(export_statement source: (string (string_fragment) @import.specifier)) @reexport
(export_specifier name: (_) @import.name @export.name !alias)
(export_specifier name: (_) @import.name @export.name alias: (_) @import.local)
(namespace_export (_) @import.namespace)
(export_statement "*" @import.wildcard)

(export_statement value: (identifier) @export.name)
(assignment_expression
  left: (member_expression object: (identifier) @_module property: (property_identifier) @_exports)
  right: [
    (identifier) @export.name
    (object [
      (shorthand_property_identifier) @export.name
      (pair value: (identifier) @export.name)
    ])
  ]
  (#eq? @_module "module") (#eq? @_exports "exports"))
(assignment_expression
  left: (member_expression object: (identifier) @_exports)
  right: (identifier) @export.name
  (#eq? @_exports "exports"))
`

/** The query of JavaScript with JSX. */
export const javascriptQuery: string = `
(class_declaration name: (identifier) @name) @definition.class
(class_body (field_definition property: (_) @name
  value: [(arrow_function) (function_expression)]) @definition.method)
(class_body (field_definition property: (_) @name) @definition.property)
(class_heritage (identifier) @name) @reference.extends
(class_heritage (member_expression
  object: (_) @receiver property: (property_identifier) @name)) @reference.extends
${shared}`

/** The query of TypeScript, with or without JSX. */
export const typescriptQuery: string = `
(class_declaration name: (type_identifier) @name) @definition.class
(abstract_class_declaration name: (type_identifier) @name) @definition.class
(interface_declaration name: (type_identifier) @name) @definition.interface
(type_alias_declaration name: (type_identifier) @name) @definition.type
(enum_declaration name: (identifier) @name) @definition.enum
(internal_module name: (_) @name) @definition.namespace
(module name: (identifier) @name) @definition.namespace
(function_signature name: (identifier) @name) @definition.function
(abstract_method_signature name: (_) @name) @definition.method
(class_body (method_signature name: (_) @name) @definition.method)
(interface_body (method_signature name: (_) @name) @definition.method)
(interface_body (property_signature name: (_) @name) @definition.property)
(class_body (public_field_definition name: (_) @name
  value: [(arrow_function) (function_expression)]) @definition.method)
(class_body (public_field_definition name: (_) @name) @definition.property)
(extends_clause value: (identifier) @name) @reference.extends
(extends_clause value: (member_expression
  object: (_) @receiver property: (property_identifier) @name)) @reference.extends
(extends_type_clause type: [
  (type_identifier) @name
  (nested_type_identifier module: (_) @receiver name: (_) @name)
  (generic_type name: (type_identifier) @name)
  (generic_type name: (nested_type_identifier module: (_) @receiver name: (_) @name))
]) @reference.extends
(implements_clause [
  (type_identifier) @name
  (nested_type_identifier module: (_) @receiver name: (_) @name)
  (generic_type name: (type_identifier) @name)
  (generic_type name: (nested_type_identifier module: (_) @receiver name: (_) @name))
]) @reference.implements
(import_statement (import_require_clause (identifier) @import.namespace
  source: (string (string_fragment) @import.specifier))) @import
${shared}`

/** Visibility in ECMAScript modules. */
export const ecmascriptVisibility: Visibility = {
  exported: '\\bexport\\b|\\b(?:module\\.)?exports\\.|\\bdeclare\\b',
  hiddenMember: '\\b(?:private|protected)\\b|#[\\p{L}\\p{N}_$]*$',
}

const extensions = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.d.ts']
const sourceOf: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.d.ts', '.js', '.jsx'],
  '.jsx': ['.tsx', '.jsx'],
  '.mjs': ['.mts', '.d.mts', '.mjs'],
  '.cjs': ['.cts', '.d.cts', '.cjs'],
}

/**
 * Files that a relative import means, as TypeScript and bundlers find them: the file itself, its
 * TypeScript source, the name with an extension, the index of a folder. Names of packages give none.
 * @see https://www.typescriptlang.org/docs/handbook/modules/reference.html#the-moduleresolution-compiler-option
 */
export function resolveEcmascriptModule(
  specifier: string,
  fromPath: string,
  files: FileIndex,
): readonly string[] {
  if (!/^\.\.?(?:\/|$)/.test(specifier)) return []
  const path = joinPath(parentFolder(fromPath), specifier.replace(/[?#].*$/, ''))
  const dot = path.lastIndexOf('.')
  const extension = dot > path.lastIndexOf('/') ? path.slice(dot) : ''
  const stem = path.slice(0, dot)
  const candidates = [
    ...(sourceOf[extension] ?? []).map((other) => stem + other),
    path,
    ...extensions.map((other) => path + other),
    ...extensions.map((other) => joinPath(path, `index${other}`)),
  ]
  return candidates.filter((candidate) => candidate !== '' && files.has(candidate)).slice(0, 1)
}
