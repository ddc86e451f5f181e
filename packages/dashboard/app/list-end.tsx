import type { LogPages } from './log-pages.ts'

/** What stands under a list that is read page by page: how much of it is there, and a button for more. */
export function ListEnd(props: {
  pages: LogPages
  /** What is said where there is nothing. */
  nothing: string
  /** How much is shown, in words. */
  shown: string
}) {
  const { pages, nothing, shown } = props
  const { entries, hasMore, isLoading, error, more } = pages
  return (
    <p className="list-end muted">
      {entries.length === 0 && error === null && (isLoading ? 'Loading … ' : `${nothing} `)}
      {entries.length > 0 && `${shown} `}
      {hasMore && (
        <button type="button" onClick={more} disabled={isLoading}>
          Show more
        </button>
      )}
    </p>
  )
}
