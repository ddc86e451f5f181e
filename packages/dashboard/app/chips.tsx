import type { TaskStatus } from '@cairn/protocol'

/** Buttons of which one is pressed: a choice between few, all in sight. */
export function Chips<Value extends string>(props: {
  label: string
  value: Value
  /** What is chosen between, what each is called, and the status whose mark it bears. */
  options: readonly (readonly [value: Value, text: string, status?: TaskStatus])[]
  onChoose: (value: Value) => void
}) {
  const { label, value, options, onChoose } = props
  return (
    <fieldset className="chips">
      <legend className="visually-hidden">{label}</legend>
      {options.map(([each, text, status]) => (
        <button
          type="button"
          className="chip"
          key={each}
          aria-pressed={each === value}
          data-status={status}
          onClick={() => onChoose(each)}
        >
          {status && <span className="dot" aria-hidden="true" />}
          <span>{text}</span>
        </button>
      ))}
    </fieldset>
  )
}
