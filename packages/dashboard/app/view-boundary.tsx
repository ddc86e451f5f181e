import { Component, type ReactNode } from 'react'

/** Keeps what a view fails on from the rest of the page, which goes on; another view begins anew. */
export class ViewBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state = { error: null }

  static getDerivedStateFromError(error: unknown): { error: unknown } {
    return { error }
  }

  override render(): ReactNode {
    const { error } = this.state
    if (error === null) return this.props.children
    return (
      <section className="page">
        <h1>This cannot be shown</h1>
        <div className="note" data-kind="error" role="alert">
          <p>
            <strong>The page failed on what the server told.</strong> {String(error)}
          </p>
          <p className="muted">
            The other views go on. If it is so after a reload too, report it with these words.
          </p>
        </div>
      </section>
    )
  }
}
