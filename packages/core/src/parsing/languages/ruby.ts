import type { FileIndex, Language } from '../../contracts/language.ts'
import { grammarPath } from './grammar-path.ts'
import { joinPath, parentFolder } from './repository-path.ts'

const query = `
(module name: [(constant) (scope_resolution)] @name) @definition.module
(class name: [(constant) (scope_resolution)] @name) @definition.class
(method name: (_) @name) @definition.method
(singleton_method name: (_) @name) @definition.method
(assignment left: (constant) @name) @definition.constant
((call method: (identifier) @_method
  arguments: (argument_list (simple_symbol) @name @definition.property))
  (#any-of? @_method "attr_accessor" "attr_reader" "attr_writer"))

(comment) @comment

(call !receiver method: (identifier) @name) @reference.call
(call receiver: (_) @receiver method: [(identifier) (constant)] @name) @reference.call
(superclass [(constant) (scope_resolution)] @name) @reference.extends
((call !receiver method: (identifier) @_method
  arguments: (argument_list [(constant) (scope_resolution)] @name)) @reference.implements
  (#any-of? @_method "include" "extend" "prepend"))

((call !receiver method: (identifier) @_method arguments: (argument_list .
  (string (string_content) @import.specifier) @import.wildcard)) @import
  (#any-of? @_method "require" "load"))
((call !receiver method: (identifier) @_method arguments: (argument_list .
  (string (string_content) @import.specifier) @import.wildcard)) @import
  (#eq? @_method "require_relative") (#set! import.prefix "./"))
((call !receiver method: (identifier) @_method arguments: (argument_list
  . (simple_symbol) @import.name . (string (string_content) @import.specifier))) @import
  (#eq? @_method "autoload"))
`

/** Ruby. */
export const ruby: Language = {
  id: 'ruby',
  extensions: ['.rb', '.rake', '.gemspec', '.ru'],
  filenames: ['Rakefile', 'Gemfile', 'Guardfile', 'Capfile', 'Vagrantfile', 'Podfile', 'Fastfile'],
  interpreters: ['ruby', 'jruby'],
  grammar: grammarPath('ruby'),
  query,
  constructorNames: ['initialize'],
  implicitSelf: true,
  selfReceivers: ['self'],
  resolveModule,
}

function resolveModule(specifier: string, fromPath: string, files: FileIndex): readonly string[] {
  const file = specifier.endsWith('.rb') ? specifier : `${specifier}.rb`
  if (specifier.startsWith('.')) {
    const path = joinPath(parentFolder(fromPath), file)
    return files.has(path) ? [path] : []
  }
  // A gem's load path begins at its `lib`; an application's at its root.
  const inLibrary = files.endingWith(`lib/${file}`)
  return inLibrary.length > 0 || !files.has(file) ? inLibrary : [file]
}
