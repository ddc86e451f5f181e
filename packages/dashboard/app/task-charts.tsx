import type { StatusDocument } from '@cairn/protocol'
import { useMemo } from 'react'
import { compact, durationRange, rate, roughDuration } from './amounts.ts'
import { LineChart } from './line-chart.tsx'
import { Panel } from './panel.tsx'
import { recordSample } from './task-history.ts'
import { isOver } from './task-states.ts'

/** The rates of a run and what was expected of its end, as curves; nothing of a run that was not watched. */
export function TaskCharts({ status }: { status: StatusDocument }) {
  const samples = useMemo(() => recordSample(status), [status])
  const data = useMemo(() => {
    const of = (pick: (sample: (typeof samples)[number]) => number | null) => samples.map(pick)
    return {
      times: samples.map(({ at }) => at),
      files: of(({ files }) => files),
      chunks: of(({ chunks }) => chunks),
      embedded: of(({ embedded }) => embedded),
      etaLow: of(({ etaLow }) => etaLow),
      etaHigh: of(({ etaHigh }) => etaHigh),
    }
  }, [samples])
  const ended = isOver(status.status)
  if (samples.length < 2) {
    if (ended) return null
    return (
      <Panel title="Rates">
        <p className="muted">The curves begin with the next update.</p>
      </Panel>
    )
  }
  const { throughputFilesPerSecond, throughputChunksPerSecond, embeddingProgress, eta } = status
  return (
    <div className="two">
      <Panel title="Rates">
        <LineChart
          title="A second"
          summary={`${ended ? 'Over the whole run' : 'Now'} ${rate(throughputFilesPerSecond)} files, ${rate(throughputChunksPerSecond)} chunks, ${rate(embeddingProgress.embeddingRate)} embedded.`}
          times={data.times}
          lines={[
            {
              label: 'files',
              now: compact(throughputFilesPerSecond),
              color: '--series-1',
              values: data.files,
            },
            {
              label: 'chunks',
              now: compact(throughputChunksPerSecond),
              color: '--series-2',
              values: data.chunks,
            },
            {
              label: 'embedded',
              now: compact(embeddingProgress.embeddingRate),
              color: '--series-3',
              values: data.embedded,
            },
          ]}
          format={compact}
        />
      </Panel>
      <Panel title="Time left">
        <LineChart
          title="As it was expected"
          summary={
            eta === null
              ? 'Nothing is expected now.'
              : `Now ${durationRange(eta.lowSeconds, eta.highSeconds)}.`
          }
          times={data.times}
          lines={[
            {
              label: 'at least',
              now: eta === null ? null : roughDuration(eta.lowSeconds),
              color: '--series-1',
              values: data.etaLow,
            },
            {
              label: 'at most',
              now: eta === null ? null : roughDuration(eta.highSeconds),
              color: '--series-4',
              values: data.etaHigh,
            },
          ]}
          format={roughDuration}
          isTime
          isBand
        />
      </Panel>
    </div>
  )
}
