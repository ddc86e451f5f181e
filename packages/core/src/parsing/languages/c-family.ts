import type { FileIndex } from '../../contracts/language.ts'
import { joinPath, parentFolder } from './repository-path.ts'

const declared =
  '[(identifier) (field_identifier) (destructor_name) (operator_name) (qualified_identifier)]'

/** The query of C++, which C is parsed with too. */
export const cFamilyQuery: string = `
(template_declaration (class_specifier name: [
  (type_identifier) @name
  (template_type name: (_) @name)
] body: (_))) @definition.class
(template_declaration (struct_specifier name: [
  (type_identifier) @name
  (template_type name: (_) @name)
] body: (_))) @definition.struct
(template_declaration (function_definition declarator: [
  (function_declarator declarator: ${declared} @name)
  (pointer_declarator declarator: (function_declarator declarator: ${declared} @name))
  (reference_declarator (function_declarator declarator: ${declared} @name))
])) @definition.function
(template_declaration (alias_declaration name: (type_identifier) @name)) @definition.type
(class_specifier name: (type_identifier) @name body: (_)) @definition.class
(class_specifier name: (template_type name: (_) @name) body: (_)) @definition.class
(class_specifier name: (qualified_identifier) @name body: (_)) @definition.class
(struct_specifier name: (type_identifier) @name body: (_)) @definition.struct
(struct_specifier name: (template_type name: (_) @name) body: (_)) @definition.struct
(union_specifier name: (type_identifier) @name body: (_)) @definition.struct
(enum_specifier name: (type_identifier) @name body: (_)) @definition.enum
(type_definition
  type: [(struct_specifier !name body: (_)) (union_specifier !name body: (_))]
  declarator: (type_identifier) @name) @definition.struct
(type_definition type: (enum_specifier !name body: (_))
  declarator: (type_identifier) @name) @definition.enum
(type_definition declarator: (type_identifier) @name @definition.type)
(type_definition declarator: (function_declarator
  declarator: (parenthesized_declarator (pointer_declarator
    declarator: (type_identifier) @name)))) @definition.type
(alias_declaration name: (type_identifier) @name) @definition.type
(namespace_definition name: (_) @name) @definition.namespace
(function_definition declarator: (function_declarator declarator: ${declared} @name)) @definition.function
(function_definition declarator: (pointer_declarator
  declarator: (function_declarator declarator: ${declared} @name))) @definition.function
(function_definition declarator: (pointer_declarator declarator: (pointer_declarator
  declarator: (function_declarator declarator: ${declared} @name)))) @definition.function
(function_definition declarator: (reference_declarator
  (function_declarator declarator: ${declared} @name))) @definition.function
(field_declaration declarator: (function_declarator
  declarator: (field_identifier) @name)) @definition.method
(field_declaration declarator: (pointer_declarator declarator: (function_declarator
  declarator: (field_identifier) @name))) @definition.method
(field_declaration declarator: (reference_declarator (function_declarator
  declarator: (field_identifier) @name))) @definition.method
(field_declaration declarator: (field_identifier) @name) @definition.property
(field_declaration declarator: (pointer_declarator
  declarator: (field_identifier) @name)) @definition.property
(field_declaration declarator: (array_declarator
  declarator: (field_identifier) @name)) @definition.property
(declaration declarator: (function_declarator declarator: [(identifier) (destructor_name)] @name)
  (#set! outside-functions)) @definition.function
(declaration declarator: (pointer_declarator
  declarator: (function_declarator declarator: (identifier) @name))
  (#set! outside-functions)) @definition.function
(enumerator name: (identifier) @name) @definition.constant
(preproc_def name: (identifier) @name value: (_)) @definition.constant
(preproc_function_def name: (identifier) @name) @definition.macro

(comment) @comment

(call_expression function: [(identifier) (qualified_identifier)] @name) @reference.call
(call_expression function: (template_function name: (identifier) @name)) @reference.call
(call_expression function: (field_expression
  argument: (_) @receiver field: (field_identifier) @name)) @reference.call
(call_expression function: (field_expression
  argument: (_) @receiver field: (template_method name: (field_identifier) @name))) @reference.call
(new_expression type: [(type_identifier) (qualified_identifier)] @name) @reference.call
(new_expression type: (template_type name: (type_identifier) @name)) @reference.call
(base_class_clause [
  (type_identifier) @name
  (qualified_identifier) @name
  (template_type name: (type_identifier) @name)
]) @reference.extends

(preproc_include path: (string_literal) @import.specifier @import.wildcard) @import
(preproc_include path: (system_lib_string) @import.specifier @import.wildcard) @import
`

/** The file that `#include` means: beside the including file, else any whose path ends so. */
export function resolveInclude(
  specifier: string,
  fromPath: string,
  files: FileIndex,
): readonly string[] {
  const beside = joinPath(parentFolder(fromPath), specifier)
  if (files.has(beside)) return [beside]
  const path = joinPath('', specifier).replace(/^(?:\.\.\/)+/, '')
  return path === '' ? [] : files.endingWith(path)
}
