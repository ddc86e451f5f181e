import type { TaskSummary } from '@cairn/protocol'
import { useCallback, useMemo } from 'react'
import { noteAccepted } from './accepted-tasks.ts'
import { ActionButton } from './action-button.tsx'
import { count, moment, size } from './amounts.ts'
import { useConnected } from './connected.tsx'
import { endedTasks } from './ended-tasks.ts'
import { ErrorNote } from './error-note.tsx'
import { LanguageBar } from './language-bar.tsx'
import { useLoaded } from './loaded.ts'
import { go, hrefOf } from './route.ts'
import { TaskTable } from './task-list.tsx'

/** One indexed repository and its tasks. */
export function RepositoryView(props: { name: string; tasks: readonly TaskSummary[] | null }) {
  const { name, tasks } = props
  const { client, hasControl } = useConnected()
  const own = useMemo(
    () => (tasks ?? []).filter(({ repositoryName }) => repositoryName === name),
    [tasks, name],
  )
  const ended = endedTasks(own)
  // Asked anew when a task of it has ended.
  const load = useCallback(
    (signal: AbortSignal) => client.repository(name, { signal }),
    [client, name, ended],
  )
  const { value, error } = useLoaded(load)
  const info = value?.repositoryInfo
  const health = value?.healthMetrics
  return (
    <section className="page">
      <p className="crumbs">
        <a href={hrefOf({ view: 'repositories' })}>Repositories</a>
      </p>
      <div className="head">
        <h1>{name}</h1>
        <div className="buttons">
          <a className="button" href={hrefOf({ view: 'search', query: '', repository: name })}>
            Search in it
          </a>
          {hasControl && info && (
            <>
              <ActionButton
                label="Update"
                done={`${name} is being brought up to date.`}
                action={async () => {
                  const { taskId } = await client.update(name)
                  noteAccepted(taskId)
                  go({ view: 'task', taskId })
                }}
              />
              <ActionButton
                label="Remove"
                done={`${name} was removed.`}
                question={`Remove ${name} from every store? To have it back, it has to be indexed again.`}
                isDangerous
                action={async () => {
                  await client.remove(name)
                  go({ view: 'repositories' })
                }}
              />
            </>
          )}
        </div>
      </div>
      {error !== null && <ErrorNote title="It cannot be shown." error={error} />}
      {info && (
        <>
          <dl className="facts">
            <Fact name="Files" value={count(info.files)} />
            <Fact name="Chunks" value={count(info.chunks)} />
            <Fact name="Symbols" value={count(info.symbols)} />
            <Fact name="Edges" value={count(info.edges)} />
            {info.sizeBytes !== null && <Fact name="Size" value={size(info.sizeBytes)} />}
            <Fact name="Failed files" value={count(health?.failedFiles ?? 0)} />
            <Fact name="Indexed" value={moment(info.indexedAt)} />
          </dl>
          <dl className="origin">
            <dt>Source</dt>
            <dd className="code">
              {info.source.kind === 'remote' ? info.source.url : info.source.path}
            </dd>
            <dt>Commit</dt>
            <dd className="code">
              {[info.ref, info.commit].filter(Boolean).join(' @ ') || 'the working tree'}
            </dd>
            <dt>Embedder</dt>
            <dd>
              {info.embedder.id}, {count(info.embedder.dimensions)} dimensions
            </dd>
          </dl>
          <section className="panel" aria-label="Languages">
            <h2>Languages</h2>
            <LanguageBar languages={info.languages} />
          </section>
        </>
      )}
      {own.length > 0 && (
        <section className="panel" aria-label="Tasks">
          <h2>Tasks</h2>
          <TaskTable tasks={own} />
        </section>
      )}
    </section>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
