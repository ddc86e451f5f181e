import type { RepositoryDetails, TaskSummary } from '@cairn/protocol'
import { useCallback, useEffect, useMemo } from 'react'
import { noteAccepted } from './accepted-tasks.ts'
import { ActionButton } from './action-button.tsx'
import { useAgain } from './again.ts'
import { count, moment, size } from './amounts.ts'
import { useConnected } from './connected.tsx'
import { endedTasks } from './ended-tasks.ts'
import { codeOf, ErrorNote } from './error-note.tsx'
import { Fact } from './fact.tsx'
import { LanguageBar } from './language-bar.tsx'
import { useLoaded } from './loaded.ts'
import { Panel } from './panel.tsx'
import { go, hrefOf } from './route.ts'
import { TaskTable } from './task-table.tsx'

/** One indexed repository and its tasks. */
export function RepositoryView(props: { name: string; tasks: readonly TaskSummary[] | null }) {
  const { name, tasks } = props
  const { client, announce } = useConnected()
  const own = useMemo(
    () => (tasks ?? []).filter(({ repositoryName }) => repositoryName === name),
    [tasks, name],
  )
  const load = useCallback(
    (signal: AbortSignal) => client.repository(name, { signal }),
    [client, name],
  )
  // Asked anew when a task of it has ended; that it was removed nobody tells.
  const { value, error, isLoading } = useLoaded(load, `${endedTasks(own)} ${useAgain()}`)
  const isMissing = codeOf(error) === 'REPOSITORY_NOT_FOUND'
  const wasRemoved =
    isMissing && (value !== null || own.some(({ status }) => status === 'completed'))
  useEffect(() => {
    if (wasRemoved) announce(`${name} was removed.`)
  }, [announce, name, wasRemoved])
  return (
    <section className="page">
      <p className="crumbs">
        <a href={hrefOf({ view: 'repositories' })}>Repositories</a>
      </p>
      <div className="head">
        <h1>{name}</h1>
        {value !== null && !isMissing && <RepositoryActions name={name} />}
      </div>
      {wasRemoved ? (
        <div className="note" data-kind="doubtful">
          <p>
            <strong>This repository was removed.</strong> It is no longer indexed and no search
            finds it. {own.length > 0 && 'Its tasks are still here. '}To have it back, index it
            again.
          </p>
        </div>
      ) : isMissing ? (
        <NotIndexed own={own} error={error} />
      ) : (
        error !== null && <ErrorNote title="The server does not tell of it." error={error} />
      )}
      {value === null && isLoading && <p className="muted">Loading …</p>}
      {value !== null && !isMissing && <RepositoryFacts details={value} />}
      {own.length > 0 && (
        <Panel title="Tasks">
          <TaskTable tasks={own} />
        </Panel>
      )}
    </section>
  )
}

/** Of a name that nothing is indexed under: there may be a task that is to change that. */
function NotIndexed({ own, error }: { own: readonly TaskSummary[]; error: unknown }) {
  if (own.length === 0) return <ErrorNote title="It cannot be shown." error={error} />
  return (
    <div className="note" data-kind="doubtful">
      <p>
        <strong>It is not indexed.</strong> What a task of it has done is to be seen as soon as one
        is completed.
      </p>
    </div>
  )
}

function RepositoryActions({ name }: { name: string }) {
  const { client, patientClient, hasControl } = useConnected()
  return (
    <div className="buttons">
      <a className="button" href={hrefOf({ view: 'search', query: '', repository: name })}>
        Search in it
      </a>
      {hasControl && (
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
              await patientClient.remove(name)
              go({ view: 'repositories' })
            }}
          />
        </>
      )}
    </div>
  )
}

function RepositoryFacts({ details }: { details: RepositoryDetails }) {
  const { repositoryInfo: info, healthMetrics: health } = details
  const about = [
    ['Team', info.teamOwner],
    ['Domain', info.businessDomain],
    ['Priority', info.priority],
    ['Golden repository', info.isGoldenRepo ? 'Yes' : null],
  ] as const
  return (
    <>
      <dl className="facts">
        <Fact name="Files">{count(info.files)}</Fact>
        <Fact name="Chunks">{count(info.chunks)}</Fact>
        <Fact name="Symbols">{count(info.symbols)}</Fact>
        <Fact name="Edges">{count(info.edges)}</Fact>
        {info.sizeBytes !== null && <Fact name="Size">{size(info.sizeBytes)}</Fact>}
        <Fact name="Failed files">{count(health.failedFiles)}</Fact>
        <Fact name="Indexed">{moment(info.indexedAt)}</Fact>
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
        {about
          .filter(([, text]) => text)
          .map(([title, text]) => (
            <div className="pair" key={title}>
              <dt>{title}</dt>
              <dd>{text}</dd>
            </div>
          ))}
      </dl>
      <Panel title="Languages">
        <LanguageBar languages={info.languages} />
      </Panel>
    </>
  )
}
