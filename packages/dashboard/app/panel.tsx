import type { ReactNode } from 'react'
import { count } from './amounts.ts'

/** A part of a page with its heading. */
export function Panel(props: { title: string; count?: number; children: ReactNode }) {
  return (
    <section className="panel" aria-label={props.title}>
      <h2>
        {props.title}
        {props.count ? <span className="number muted"> {count(props.count)}</span> : null}
      </h2>
      {props.children}
    </section>
  )
}
