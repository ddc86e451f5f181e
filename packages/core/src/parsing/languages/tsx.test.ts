import { expect, it } from 'vitest'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const source = `import { useState } from 'react'

/** Shows a number. */
export function Counter({ start }: Props) {
  const [value, setValue] = useState(start)
  return <Button onClick={() => setValue(value + 1)}>{format(value)}</Button>
}

export const Page: FC = () => (
  <Counter start={1} />
)
`

it('reads definitions, imports, calls and inheritance of TypeScript with JSX', async () => {
  const file = await parseSource(source, builtin('tsx'))
  expect(file.syntaxErrors).toBe(0)
  expect(file.packageName).toBe(null)
  expect(outlineOf(file)).toEqual({
    symbols: ['+ function Counter 4-7', '+ function Page 9-11'],
    imports: ['react useState useState'],
    heritage: [],
    calls: ['Counter > useState', 'Counter > setValue', 'Counter > format'],
    chunks: ['1-1', '3-7 function Counter', '9-11 function Page'],
  })
  expect(
    file.symbols.flatMap(({ symbolPath, summary }) =>
      summary === null ? [] : [`${symbolPath}: ${summary}`],
    ),
  ).toEqual(['Counter: Shows a number.'])
})
