/** A file of a list, with what is said of it. */
export function FileRow(props: { path: string; notes: readonly (string | null)[] }) {
  return (
    <li>
      <span className="code path">{props.path}</span>
      <span className="muted">{props.notes.filter((note) => note !== null).join(' · ')}</span>
    </li>
  )
}
