import { percent } from './amounts.ts'

/** A bar for how far something is. */
export function ProgressBar(props: { value: number; label: string; state?: string }) {
  const { value, label, state } = props
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuenow={Math.floor(value * 10) / 10}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuetext={percent(value)}
      data-state={state}
    >
      <div style={{ inlineSize: `${value}%` }} />
    </div>
  )
}
