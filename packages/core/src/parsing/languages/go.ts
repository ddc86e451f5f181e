import type { FileIndex, Language } from '../../contracts/language.ts'
import { grammarPath } from './grammar-path.ts'
import { filesOfPackage } from './repository-path.ts'

const query = `
(type_spec name: (type_identifier) @name type: (struct_type)) @definition.struct
(type_spec name: (type_identifier) @name type: (interface_type)) @definition.interface
(type_spec name: (type_identifier) @name) @definition.type
(type_alias name: (type_identifier) @name) @definition.type
(function_declaration name: (identifier) @name) @definition.function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: [
    (type_identifier) @scope
    (generic_type type: (type_identifier) @scope)
    (pointer_type (type_identifier) @scope)
    (pointer_type (generic_type type: (type_identifier) @scope))
  ]))
  name: (field_identifier) @name) @definition.method
(method_elem name: (field_identifier) @name) @definition.method
(field_declaration name: (field_identifier) @name
  (#set! outside-functions)) @definition.property
(source_file (const_declaration (const_spec name: (identifier) @name) @definition.constant))
(source_file (var_declaration (var_spec name: (identifier) @name) @definition.variable))
(source_file (var_declaration (var_spec_list
  (var_spec name: (identifier) @name) @definition.variable)))

(comment) @comment
(package_clause (package_identifier) @package)

(call_expression function: (identifier) @name) @reference.call
(call_expression function: (selector_expression
  operand: (_) @receiver field: (field_identifier) @name)) @reference.call
(type_conversion_expression type: (generic_type type: (type_identifier) @name)) @reference.call
(composite_literal type: (type_identifier) @name) @reference.call
(composite_literal type: (qualified_type
  package: (_) @receiver name: (type_identifier) @name)) @reference.call
(field_declaration !name type: [
  (type_identifier) @name
  (qualified_type package: (_) @receiver name: (type_identifier) @name)
  (generic_type type: (type_identifier) @name)
]) @reference.extends
(interface_type (type_elem . [
  (type_identifier) @name
  (qualified_type package: (_) @receiver name: (type_identifier) @name)
] .)) @reference.extends

(import_spec !name
  path: (_ [(interpreted_string_literal_content) (raw_string_literal_content)]
    @import.specifier @import.local)) @import
(import_spec name: (package_identifier) @import.local path: (_) @import.specifier) @import
(import_spec name: (dot) @import.wildcard path: (_) @import.specifier) @import
(import_spec name: (blank_identifier) path: (_) @import.specifier) @import
`

// What is imported by these first words is Go's standard library, whatever folders a repository has.
const standardLibrary = new Set(
  (
    'archive bufio bytes cmp compress container context crypto database debug embed encoding errors ' +
    'expvar flag fmt go hash html image index io iter log maps math mime net os path plugin reflect ' +
    'regexp runtime slices sort strconv strings structs sync syscall testing text time unicode ' +
    'unique unsafe C'
  ).split(' '),
)

/** Go; a name that begins with a capital letter is exported. */
export const go: Language = {
  id: 'go',
  extensions: ['.go'],
  grammar: grammarPath('go'),
  query,
  visibility: { exported: capitalized(), exportedMember: capitalized() },
  sharesPackageScope: true,
  resolveModule,
}

function capitalized(): string {
  return '(?<![\\p{L}\\p{N}_])\\p{Lu}[\\p{L}\\p{N}_]*$'
}

function resolveModule(specifier: string, fromPath: string, files: FileIndex): readonly string[] {
  const segments = specifier.split('/')
  const first = segments[0] ?? ''
  if (standardLibrary.has(first)) return []
  // The module's own name stands before the folder; how long it is only go.mod could tell.
  const isHosted = first.includes('.')
  for (let drop = isHosted ? 1 : 0; drop < segments.length; drop++) {
    const found = filesOfPackage(segments.slice(drop).join('/'), fromPath, files, '.go')
    if (found.length > 0) return found.filter((path) => !path.endsWith('_test.go'))
  }
  // A module's root package is imported by the module's name alone.
  const root = isHosted && segments.length <= 4 ? files.inFolder('') : []
  return root.filter((path) => path.endsWith('.go') && !path.endsWith('_test.go'))
}
