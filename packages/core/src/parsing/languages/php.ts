import type { FileIndex, Language } from '../../contracts/language.ts'
import { grammarPath } from './grammar-path.ts'
import { joinPath, parentFolder } from './repository-path.ts'

const query = `
(class_declaration name: (name) @name) @definition.class
(interface_declaration name: (name) @name) @definition.interface
(trait_declaration name: (name) @name) @definition.trait
(enum_declaration name: (name) @name) @definition.enum
(function_definition name: (name) @name) @definition.function
(method_declaration name: (name) @name) @definition.method
(property_element name: (variable_name (name) @name)) @definition.property
(const_element . (name) @name) @definition.constant
(enum_case name: (name) @name) @definition.constant

(comment) @comment
(attribute_list) @decorator
(namespace_definition name: (namespace_name) @package)

(function_call_expression function: [(name) (qualified_name)] @name) @reference.call
(member_call_expression object: (_) @receiver name: (name) @name) @reference.call
(nullsafe_member_call_expression object: (_) @receiver name: (name) @name) @reference.call
(scoped_call_expression scope: (_) @receiver name: (name) @name) @reference.call
(object_creation_expression [(name) (qualified_name)] @name) @reference.call
(base_clause [(name) (qualified_name)] @name) @reference.extends
(class_interface_clause [(name) (qualified_name)] @name) @reference.implements
(use_declaration [(name) (qualified_name)] @name) @reference.implements

(namespace_use_declaration) @import @import.tree
(include_expression (string (string_content) @import.specifier) @import.wildcard) @import
(include_once_expression (string (string_content) @import.specifier) @import.wildcard) @import
(require_expression (string (string_content) @import.specifier) @import.wildcard) @import
(require_once_expression (string (string_content) @import.specifier) @import.wildcard) @import
(include_once_expression (binary_expression
  right: (string (string_content) @import.specifier) @import.wildcard)) @import
(require_once_expression (binary_expression
  right: (string (string_content) @import.specifier) @import.wildcard)) @import
(include_expression (binary_expression
  right: (string (string_content) @import.specifier) @import.wildcard)) @import
(require_expression (binary_expression
  right: (string (string_content) @import.specifier) @import.wildcard)) @import
`

/** PHP. */
export const php: Language = {
  id: 'php',
  extensions: ['.php', '.phtml', '.php5', '.php7', '.php8'],
  interpreters: ['php'],
  grammar: grammarPath('php'),
  query,
  visibility: { hiddenMember: '\\b(?:private|protected)\\b' },
  constructorNames: ['__construct'],
  sharesPackageScope: true,
  selfReceivers: ['$this', 'self', 'static'],
  superReceivers: ['parent'],
  resolveModule,
}

function resolveModule(specifier: string, fromPath: string, files: FileIndex): readonly string[] {
  if (/\.(?:php\d?|phtml|inc)$/.test(specifier)) {
    const path = joinPath(parentFolder(fromPath), specifier)
    return files.has(path) ? [path] : files.endingWith(joinPath('', specifier))
  }
  // PSR-4: the first parts of the name stand for a folder that only composer.json could tell.
  const segments = specifier.split('\\').filter((segment) => segment !== '')
  for (let drop = 0; drop < segments.length; drop++) {
    const tail = segments.slice(drop)
    if (tail.length === 1 && segments.length > 2) return []
    const found = files.endingWith(`${tail.join('/')}.php`)
    if (found.length > 0) return found
  }
  return []
}
