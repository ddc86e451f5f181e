const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** A whole number with its thousands grouped: `12,480`. */
export function count(value: number): string {
  return grouped.format(value)
}

/** A number with its unit in the right form: `1 file`, `3 files`. */
export function counted(value: number, one: string, many: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`
}

/** Seconds as a person says them: `0.4 s`, `12 s`, `3 m 05 s`, `2 h 07 m`. */
export function seconds(value: number): string {
  if (value < 0.05) return '0 s'
  if (value < 9.95) return `${value.toFixed(1)} s`
  const whole = Math.round(value)
  if (whole < 60) return `${whole} s`
  const two = (part: number): string => String(part).padStart(2, '0')
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`
}

/** A range of seconds, no more precise than such a thing can be: `4–9 s`, `50 s – 2 m`, `1–3 m`. */
export function secondsRange(low: number, high: number): string {
  const from = Math.max(0, Math.round(low))
  const to = Math.max(from, Math.ceil(high))
  if (to <= 1) return '1 s'
  if (from === to) return seconds(to)
  const [least, leastUnit] = rough(from)
  const [most, mostUnit] = rough(to)
  if (leastUnit !== mostUnit) return `${least} ${leastUnit} – ${most} ${mostUnit}`
  return least === most ? `${most} ${mostUnit}` : `${least}–${most} ${mostUnit}`
}

/** Whole seconds in one unit. */
function rough(value: number): readonly [amount: string, unit: string] {
  if (value < 60) return [String(value), 's']
  if (value < 5_400) return [String(Math.round(value / 60)), 'm']
  const hours = value / 3_600
  return [hours < 9.95 ? hours.toFixed(1).replace(/\.0$/, '') : count(hours), 'h']
}

/** Bytes in powers of 1,000: `840 bytes`, `12.4 MB`. */
export function bytes(value: number): string {
  if (value < 1000) return counted(value, 'byte')
  const units = ['kB', 'MB', 'GB', 'TB']
  let size = value / 1000
  let unit = 0
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${size < 9.95 ? size.toFixed(1) : count(size)} ${units[unit]}`
}

/** A rate: `420 files/s`, `0.5 files/s`. */
export function rate(value: number, unit: string): string {
  return `${value < 9.95 ? value.toFixed(1) : count(value)} ${unit}/s`
}

/** A percentage without decimals; 100 only when it is all. */
export function percent(value: number): string {
  const bounded = Math.min(100, Math.max(0, value))
  return `${bounded === 100 ? 100 : Math.floor(bounded)} %`
}
