import { type ReactNode, useId } from 'react'

/** A field of a form, with its label above it and a hint below. */
export function TextField(props: {
  label: string
  value: string
  onChange: (value: string) => void
  hint?: ReactNode
  placeholder?: string
  isRequired?: boolean
  isCode?: boolean
  /** More than one line. */
  rows?: number
  /** A whole number between two others, for which the browser vouches. */
  between?: readonly [min: number, max: number]
}) {
  const { label, value, onChange, hint, placeholder, isRequired, isCode, rows, between } = props
  const id = useId()
  const hintId = useId()
  const common = {
    id,
    value,
    placeholder,
    required: isRequired,
    className: isCode ? 'code' : undefined,
    'aria-describedby': hint === undefined ? undefined : hintId,
    onChange: (event: { target: { value: string } }) => onChange(event.target.value),
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {rows !== undefined ? (
        <textarea {...common} rows={rows} spellCheck={false} />
      ) : between ? (
        <input {...common} type="number" min={between[0]} max={between[1]} step={1} />
      ) : (
        <input {...common} />
      )}
      {hint !== undefined && (
        <span id={hintId} className="muted">
          {hint}
        </span>
      )}
    </div>
  )
}
