import type { IndexingError, StatusDocument } from '@cairn/protocol'
import { adviceFor } from './advice.ts'
import { count, moment, timeOfDay } from './amounts.ts'

/** Why a task failed, and what to do about it; nothing of one that did not. */
export function FailureNote({ status }: { status: StatusDocument }) {
  const { errorMessage, errors } = status
  if (errorMessage === null) return null
  const error = errors.findLast((each) => each.errorMessage === errorMessage)
  return (
    <div className="note" data-kind="error">
      <p className="path">{errorMessage}</p>
      {error && <p className="muted">{adviceFor(error.errorType)}</p>}
    </div>
  )
}

/** Errors of a task by their code, each with what to do about it, and its warnings. */
export function ProblemList({ status }: { status: StatusDocument }) {
  const { errors, warnings, errorsCount, warningsCount } = status
  if (errorsCount + warningsCount === 0) return <p className="muted">No error and no warning.</p>
  const byCode = Map.groupBy(errors, ({ errorType }) => errorType)
  return (
    <>
      {[...byCode].map(([code, group]) => (
        <details key={code} className="problem" open={byCode.size === 1}>
          <summary>
            <span className="code">{code}</span>{' '}
            <span className="number">{count(group.length)}</span>
            <span className="advice">{adviceFor(code)}</span>
          </summary>
          <ul>
            {group.toReversed().map((error, index) => (
              <ErrorLine key={`${+error.timestamp} ${error.filePath} ${index}`} error={error} />
            ))}
          </ul>
        </details>
      ))}
      {errorsCount > errors.length && (
        <p className="muted">
          The newest {count(errors.length)} of {count(errorsCount)} errors; the log has all of them.
        </p>
      )}
      {warnings.length > 0 && (
        <details className="problem" data-kind="warning">
          <summary>
            Warnings <span className="number">{count(warningsCount)}</span>
          </summary>
          <ul>
            {warnings.toReversed().map((warning, index) => (
              <li key={index}>{warning}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  )
}

function ErrorLine({ error }: { error: IndexingError }) {
  const { filePath, errorMessage, stage, timestamp, recoverable, stackTrace } = error
  return (
    <li>
      {filePath !== null && <span className="code path">{filePath}</span>}
      <span>{errorMessage}</span>
      <span className="muted">
        {stage},{' '}
        <time dateTime={timestamp.toISOString()} title={moment(timestamp)}>
          {timeOfDay(timestamp)}
        </time>
        {recoverable && ', may succeed when tried again'}
      </span>
      {stackTrace !== null && <pre className="code">{stackTrace}</pre>}
    </li>
  )
}
