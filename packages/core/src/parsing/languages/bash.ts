import type { FileIndex, Language } from '../../contracts/language.ts'
import { grammarPath } from './grammar-path.ts'
import { joinPath, parentFolder } from './repository-path.ts'

const query = `
(function_definition name: (word) @name) @definition.function
(program (variable_assignment name: (variable_name) @name) @definition.variable)
(program (declaration_command
  (variable_assignment name: (variable_name) @name) @definition.variable))

(comment) @comment

(command name: (command_name (word) @name)) @reference.call

((command name: (command_name (word) @_command)
  . argument: [(word) (string) (raw_string) (concatenation)] @import.specifier @import.wildcard) @import
  (#any-of? @_command "source" "."))
`

/** Bash and the POSIX shell. */
export const bash: Language = {
  id: 'bash',
  extensions: ['.sh', '.bash', '.zsh', '.ksh', '.bats'],
  filenames: ['.bashrc', '.bash_profile', '.bash_aliases', '.profile', '.zshrc', 'PKGBUILD'],
  interpreters: ['sh', 'bash', 'zsh', 'dash', 'ksh', 'ash'],
  grammar: grammarPath('bash'),
  query,
  resolveModule,
}

function resolveModule(specifier: string, fromPath: string, files: FileIndex): readonly string[] {
  // Where a variable or a command says the folder, it is most often the script's own.
  const path = specifier.replace(/^(?:\$\{[^}]*\}|\$\(.*\)|\$\w+|"|')+\/?/, './')
  if (/[$`*]/.test(path)) return []
  const candidates = [joinPath(parentFolder(fromPath), path), joinPath('', path)]
  return candidates.filter((candidate) => files.has(candidate)).slice(0, 1)
}
