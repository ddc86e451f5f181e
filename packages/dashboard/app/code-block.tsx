import type { ElementContent, Root } from 'hast'
import { Fragment, type ReactNode, useEffect, useState } from 'react'
import { highlight } from './highlight.ts'

/** Code with its line numbers; coloured as soon as the grammar is there. */
export function CodeBlock(props: {
  text: string
  language: string
  startLine: number
  label: string
}) {
  const { text, language, startLine, label } = props
  const [tree, setTree] = useState<Root | null>(null)
  useEffect(() => {
    let isShown = true
    highlight(text, language).then(
      (found) => isShown && setTree(found),
      // Without colours it is as readable; a part of the page could not be loaded.
      () => isShown && setTree(null),
    )
    return () => {
      isShown = false
    }
  }, [text, language])
  const lines = text.split('\n').length
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard.
    <section className="code-block" tabIndex={0} aria-label={label}>
      <pre className="line-numbers" aria-hidden="true">
        {Array.from({ length: lines }, (_, index) => startLine + index).join('\n')}
      </pre>
      <pre>
        <code>{tree === null ? text : nodes(tree.children as ElementContent[])}</code>
      </pre>
    </section>
  )
}

function nodes(children: readonly ElementContent[]): ReactNode {
  return children.map((child, index) => {
    // The tree is made anew as a whole.
    const key = index
    if (child.type === 'text') return <Fragment key={key}>{child.value}</Fragment>
    if (child.type !== 'element') return null
    const classes = child.properties.className
    return (
      <span key={key} className={Array.isArray(classes) ? classes.join(' ') : undefined}>
        {nodes(child.children)}
      </span>
    )
  })
}
