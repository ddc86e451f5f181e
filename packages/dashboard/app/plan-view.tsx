import type { PlanDocument } from '@cairn/protocol'
import { useEffect, useMemo, useRef, useState } from 'react'
import { count, plural, size } from './amounts.ts'
import { Chips } from './chips.tsx'
import { FileRow } from './file-row.tsx'
import { skipReasonText } from './skip-reasons.ts'

type Action = PlanDocument['files'][number]['action']

const actions: readonly (readonly [Action, string])[] = [
  ['index', 'Index'],
  ['unchanged', 'Unchanged'],
  ['skip', 'Skip'],
  ['delete', 'Delete'],
]

/** Files that are shown at first, and with each time that more are asked for. */
const pageSize = 200

/** What a run would do with each file. */
export function PlanView({ plan }: { plan: PlanDocument }) {
  const { totals, files } = plan
  const [action, setAction] = useState<Action>(
    actions.find(([each]) => totals[each] > 0)?.[0] ?? 'index',
  )
  const [shown, setShown] = useState(pageSize)
  const ofAction = useMemo(() => files.filter((file) => file.action === action), [files, action])
  const section = useRef<HTMLElement>(null)
  // It comes below the fields, where a dialog may have to be scrolled.
  useEffect(() => {
    section.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <section className="plan" aria-label="Dry run" ref={section}>
      <p role="status">
        <strong>Nothing was changed.</strong> A run would index {plural(totals.index, 'file')} (
        {size(totals.bytes)}), keep {count(totals.unchanged)} as they are, leave out{' '}
        {count(totals.skip)} and delete {count(totals.delete)}.
      </p>
      <Chips
        label="What would be done"
        value={action}
        options={actions.map(([each, text]) => [each, `${text} ${count(totals[each])}`])}
        onChoose={(each) => {
          setAction(each)
          setShown(pageSize)
        }}
      />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard. */}
      <ul className="files scrolls" tabIndex={0} aria-label="Files of the dry run">
        {ofAction.slice(0, shown).map(({ path, reason, language, sizeBytes }) => (
          <FileRow
            key={path}
            path={path}
            notes={[
              reason === null ? language : skipReasonText(reason),
              sizeBytes === null ? null : size(sizeBytes),
            ]}
          />
        ))}
      </ul>
      <p className="list-end muted">
        {ofAction.length === 0 && 'No file.'}
        {ofAction.length > shown && (
          <button type="button" onClick={() => setShown(shown + pageSize)}>
            Show more of {count(ofAction.length)}
          </button>
        )}
      </p>
    </section>
  )
}
