/** Numbers and times for people. */

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 })
const short = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 3 })
const rough = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 2 })
const compactNumber = new Intl.NumberFormat(undefined, {
  notation: 'compact',
  maximumSignificantDigits: 3,
})
const dateTime = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' })
// Of one width wherever it is read: it stands in a column, and along an axis.
const clock = new Intl.DateTimeFormat(undefined, {
  hourCycle: 'h23',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
})

/** A whole number, its digits in groups. */
export function count(value: number): string {
  return whole.format(value)
}

/** A number in three digits, thousands and millions by their letter. */
export function compact(value: number): string {
  return compactNumber.format(value)
}

/** Some of something a second. */
export function rate(perSecond: number): string {
  return `${perSecond >= 100 ? whole.format(perSecond) : short.format(perSecond)}/s`
}

/** A percentage that says 100 only of what has ended. */
export function percent(value: number): string {
  return value >= 100 ? '100%' : `${(Math.floor(value * 10) / 10).toFixed(1)}%`
}

/** A duration, in two units at most. */
export function duration(seconds: number): string {
  if (seconds === 0) return '0 s'
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const all = Math.round(seconds)
  if (all < 60) return `${all} s`
  if (all < 3600) return `${Math.floor(all / 60)} m ${pad(all % 60)} s`
  const minutes = Math.round(all / 60)
  if (minutes < 1440) return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`
  return `${Math.floor(minutes / 1440)} d ${Math.floor((minutes % 1440) / 60)} h`
}

/** A duration in one unit: what is not known better, and the numbers of an axis. */
export function roughDuration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5_400) return `${Math.round(seconds / 60)} m`
  if (seconds < 172_800) return `${rough.format(seconds / 3600)} h`
  return `${rough.format(seconds / 86_400)} d`
}

/** From a duration to another, no more precise than such a thing can be. */
export function durationRange(low: number, high: number): string {
  const [from = '', fromUnit] = roughDuration(low).split(' ')
  const [to = '', toUnit] = roughDuration(high).split(' ')
  if (fromUnit !== toUnit) return `${from} ${fromUnit} – ${to} ${toUnit}`
  return from === to ? `${to} ${toUnit}` : `${from}–${to} ${toUnit}`
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}

/** A size, in units of 1024 bytes, that is not broken between two lines. */
export function size(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let value = bytes
  let unit = 0
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  return `${unit === 0 ? value : short.format(value)}\u00a0${units[unit]}`
}

/** A date with its time. */
export function moment(date: Date): string {
  return dateTime.format(date)
}

/** A time of day. */
export function timeOfDay(date: Date): string {
  return clock.format(date)
}

/** How long ago, in one unit. */
export function ago(date: Date, now: number): string {
  const seconds = Math.max(0, (now - date.getTime()) / 1000)
  if (seconds < 10) return 'just now'
  if (seconds < 60) return `${Math.floor(seconds)} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} d ago`
}

/** One of something or more. */
export function plural(value: number, one: string, more: string = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : more}`
}
