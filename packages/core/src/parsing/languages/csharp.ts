import type { FileIndex, Language } from '../../contracts/language.ts'
import { grammarPath } from './grammar-path.ts'
import { filesOfPackage } from './repository-path.ts'

const query = `
(class_declaration name: (identifier) @name) @definition.class
(record_declaration name: (identifier) @name) @definition.class
(struct_declaration name: (identifier) @name) @definition.struct
(interface_declaration name: (identifier) @name) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(delegate_declaration name: (identifier) @name) @definition.type
(constructor_declaration name: (identifier) @name) @definition.constructor
(method_declaration name: (identifier) @name) @definition.method
(local_function_statement name: (identifier) @name) @definition.function
(property_declaration name: (identifier) @name) @definition.property
(event_declaration name: (identifier) @name) @definition.property
(event_field_declaration (variable_declaration
  (variable_declarator name: (identifier) @name) @definition.property))
(field_declaration (variable_declaration
  (variable_declarator name: (identifier) @name) @definition.property))
(enum_member_declaration name: (identifier) @name) @definition.constant

(comment) @comment
(namespace_declaration name: (_) @package)
(file_scoped_namespace_declaration name: (_) @package)

(invocation_expression function: (identifier) @name) @reference.call
(invocation_expression function: (generic_name . (identifier) @name)) @reference.call
(invocation_expression function: (member_access_expression
  expression: _ @receiver name: (identifier) @name)) @reference.call
(invocation_expression function: (member_access_expression
  expression: _ @receiver name: (generic_name . (identifier) @name))) @reference.call
(invocation_expression function: (conditional_access_expression
  condition: (_) @receiver (member_binding_expression name: (identifier) @name))) @reference.call
(object_creation_expression type: (identifier) @name) @reference.call
(object_creation_expression type: (generic_name . (identifier) @name)) @reference.call
(object_creation_expression type: (qualified_name
  qualifier: (_) @receiver name: (identifier) @name)) @reference.call
((base_list [
  (identifier) @name
  (generic_name . (identifier) @name)
  (qualified_name qualifier: (_) @receiver name: (identifier) @name)
  (qualified_name qualifier: (_) @receiver name: (generic_name . (identifier) @name))
  (primary_constructor_base_type type: (identifier) @name)
]) @reference.extends (#not-match? @name "^I[A-Z]"))
((base_list [
  (identifier) @name
  (generic_name . (identifier) @name)
  (qualified_name qualifier: (_) @receiver name: (identifier) @name)
  (qualified_name qualifier: (_) @receiver name: (generic_name . (identifier) @name))
]) @reference.implements (#match? @name "^I[A-Z]"))

(using_directive !name [(identifier) (qualified_name)] @import.specifier @import.wildcard) @import
(using_directive name: (identifier) @import.local (qualified_name) @import.specifier) @import
`

/** C#; what has no modifier is internal at the top and private in a type. */
export const csharp: Language = {
  id: 'csharp',
  extensions: ['.cs', '.csx'],
  grammar: grammarPath('c-sharp'),
  query,
  visibility: {
    hidden: '\\b(?:private|file)\\b',
    exportedMember: '\\b(?:public|internal|protected)\\b',
  },
  sharesPackageScope: true,
  implicitSelf: true,
  selfReceivers: ['this'],
  superReceivers: ['base'],
  resolveModule,
}

/** By convention a namespace is a folder, below a project of the name's first parts. */
function resolveModule(specifier: string, fromPath: string, files: FileIndex): readonly string[] {
  const segments = specifier.split('.')
  if (segments[0] === 'System') return []
  for (let drop = 0; drop < segments.length; drop++) {
    const tail = segments.slice(drop)
    const asFile = files.endingWith(`${tail.join('/')}.cs`)
    if (asFile.length > 0 && tail.length > 1) return asFile
    const found = filesOfPackage(tail.join('/'), fromPath, files, '.cs')
    if (found.length > 0) return found
  }
  return files.inFolder(specifier).filter((path) => path.endsWith('.cs'))
}
