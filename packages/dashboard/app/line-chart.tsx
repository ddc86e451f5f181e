import 'uplot/dist/uPlot.min.css'
import { useEffect, useRef } from 'react'
import uPlot from 'uplot'
import { timeOfDay } from './amounts.ts'

/** One line of a {@link LineChart}. */
export interface Line {
  readonly label: string
  /** Its newest value, as it stands in the legend; null where there is none. */
  readonly now: string | null
  /** A custom property of the style sheet, for example `--series-1`. */
  readonly color: string
  readonly values: readonly (number | null)[]
}

/** Seconds from one mark of time to the next: on the axis of time, and where the values are seconds. */
const timeSteps = [
  1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200, 18_000, 36_000, 86_400,
  172_800, 432_000, 864_000,
] as const

/** Lines over time. What they say stands in `summary`, for who does not see them. */
export function LineChart(props: {
  title: string
  summary: string
  /** Seconds since 1970, ascending. */
  times: readonly number[]
  lines: readonly Line[]
  /** A number of the axis. */
  format: (value: number) => string
  /** Fills the room between the first two lines. */
  isBand?: boolean
  /** The values are seconds: the axis has whole minutes and hours. */
  isTime?: boolean
}) {
  const { title, summary, times, lines, format, isBand = false, isTime = false } = props
  const box = useRef<HTMLDivElement>(null)
  const chart = useRef<uPlot | null>(null)
  const given = useRef({ times, lines, format })
  given.current = { times, lines, format }
  const shape = JSON.stringify([isBand, isTime, lines.map(({ label, color }) => [label, color])])

  useEffect(() => {
    const element = box.current
    if (!element) return
    const options: Omit<uPlot.Options, 'width' | 'height'> = {
      legend: { show: false },
      cursor: { show: false },
      padding: [8, 28, 0, 0],
      scales: { y: { range: (_, __, top) => [0, Math.max(top * 1.1, 1)] } },
      axes: [
        {
          stroke: () => property('--text-muted'),
          grid: { show: false },
          ticks: { show: false },
          font: axisFont(),
          size: 26,
          space: 84,
          incrs: [...timeSteps],
          values: (_, splits) => splits.map((at) => timeOfDay(new Date(at * 1000))),
        },
        {
          stroke: () => property('--text-muted'),
          grid: { stroke: () => property('--line'), width: 1 },
          ticks: { show: false },
          font: axisFont(),
          size: 48,
          space: 28,
          ...(isTime ? { incrs: [...timeSteps] } : {}),
          values: (_, splits) => splits.map((value) => given.current.format(value)),
        },
      ],
      series: [
        {},
        ...lines.map(({ label, color }) => ({
          label,
          stroke: () => property(color),
          width: 1.5,
          points: { show: false },
        })),
      ],
      ...(isBand ? { bands: [{ series: [2, 1], fill: () => property('--band') }] } : {}),
    }
    const size = () => ({ width: Math.max(120, element.clientWidth), height: 132 })
    const plot = new uPlot({ ...options, ...size() }, dataOf(given.current), element)
    chart.current = plot
    const resize = new ResizeObserver(() => plot.setSize(size()))
    resize.observe(element)
    const redraw = (): void => plot.redraw()
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', redraw)
    addEventListener('themechange', redraw)
    return () => {
      resize.disconnect()
      scheme.removeEventListener('change', redraw)
      removeEventListener('themechange', redraw)
      plot.destroy()
      chart.current = null
    }
  }, [shape])

  useEffect(() => {
    chart.current?.setData(dataOf({ times, lines }))
  }, [times, lines])

  return (
    <figure className="chart">
      <figcaption>
        <span className="chart-title">{title}</span>
        {lines.map(({ label, now, color }) => (
          <span className="key" key={label}>
            <svg width="12" height="4" aria-hidden="true">
              <rect width="12" height="4" rx="2" fill={`var(${color})`} />
            </svg>
            {label}
            {now !== null && <span className="number">{now}</span>}
          </span>
        ))}
      </figcaption>
      <div ref={box} role="img" aria-label={`${title}. ${summary}`} />
    </figure>
  )
}

function dataOf(from: {
  times: readonly number[]
  lines: readonly { values: readonly (number | null)[] }[]
}): uPlot.AlignedData {
  return [[...from.times], ...from.lines.map(({ values }) => [...values])]
}

function property(name: string): string {
  const color = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
  // A canvas does not know light-dark(): let the browser say which of the two it is.
  const match = /^light-dark\((.+?),\s*(#[^,)]+|rgb[^)]+\))\)$/.exec(color)
  if (!match) return color
  return (isDark() ? match[2] : match[1]) ?? color
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset
  if (theme === 'dark' || theme === 'light') return theme === 'dark'
  return matchMedia('(prefers-color-scheme: dark)').matches
}

function axisFont(): string {
  return `11px ${getComputedStyle(document.body).fontFamily}`
}
