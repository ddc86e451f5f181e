/** A choice of one of several, which say themselves what they are of: the label is for who does not see them. */
export function Choice<Value extends string>(props: {
  label: string
  value: Value
  /** What is chosen between, and what each is called. */
  options: readonly (readonly [value: Value, text: string])[]
  onChange: (value: Value) => void
}) {
  const { label, value, options, onChange } = props
  return (
    <label className="field">
      <span className="visually-hidden">{label}</span>
      <select
        value={value}
        onChange={({ target }) => {
          const chosen = options[target.selectedIndex]
          if (chosen) onChange(chosen[0])
        }}
      >
        {options.map(([each, text]) => (
          <option key={each} value={each}>
            {text}
          </option>
        ))}
      </select>
    </label>
  )
}
