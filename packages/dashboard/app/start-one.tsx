import type { AcceptedTask, PlanDocument, Priority } from '@cairn/protocol'
import { type FormEvent, type MouseEvent, useState } from 'react'
import { noteAccepted } from './accepted-tasks.ts'
import { Choice } from './choice.tsx'
import { useConnected } from './connected.tsx'
import { ErrorNote } from './error-note.tsx'
import { PlanView } from './plan-view.tsx'
import { go } from './route.ts'
import { nameOfSource } from './started-repository.ts'
import { TextField } from './text-field.tsx'

const priorities: readonly (readonly [Priority | '', string])[] = [
  ['', 'As before'],
  ['critical', 'Critical'],
  ['high', 'High'],
  ['medium', 'Medium'],
  ['low', 'Low'],
]

/** Starts a run of one repository, or says what it would do. */
export function StartOne({ kind, onClose }: { kind: 'url' | 'path'; onClose: () => void }) {
  const { patientClient } = useConnected()
  const [source, setSource] = useState('')
  const [givenName, setGivenName] = useState<string | null>(null)
  const [branch, setBranch] = useState('')
  const [priority, setPriority] = useState<Priority | ''>('')
  const [teamOwner, setTeamOwner] = useState('')
  const [businessDomain, setBusinessDomain] = useState('')
  const [sending, setSending] = useState<'plan' | 'start' | null>(null)
  const [plan, setPlan] = useState<PlanDocument | null>(null)
  const [failure, setFailure] = useState<{ title: string; error: unknown } | null>(null)
  const name = givenName ?? nameOfSource(source)

  const send = async (asked: 'plan' | 'start'): Promise<void> => {
    setSending(asked)
    setFailure(null)
    setPlan(null)
    const common = {
      name,
      ...(branch === '' ? {} : { branch }),
      ...(priority === '' ? {} : { priority }),
      ...(teamOwner === '' ? {} : { teamOwner }),
      ...(businessDomain === '' ? {} : { businessDomain }),
    }
    const remote = { ...common, url: source }
    const local = { ...common, localPath: source }
    try {
      if (asked === 'plan') {
        setPlan(
          await (kind === 'url'
            ? patientClient.planRemote(remote)
            : patientClient.planLocal(local)),
        )
      } else {
        const { taskId }: AcceptedTask = await (kind === 'url'
          ? patientClient.indexRemote(remote)
          : patientClient.indexLocal(local))
        noteAccepted(taskId)
        onClose()
        go({ view: 'task', taskId })
        return
      }
    } catch (error) {
      setFailure({ title: asked === 'plan' ? 'There is no plan.' : 'It was not started.', error })
    }
    setSending(null)
  }

  const onSubmit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    void send('start')
  }
  // No second button that submits: the first of them would be what the Enter key does.
  const onPlan = ({ currentTarget }: MouseEvent<HTMLButtonElement>): void => {
    if (currentTarget.form?.reportValidity()) void send('plan')
  }

  return (
    <form onSubmit={onSubmit}>
      <TextField
        label={kind === 'url' ? 'Address' : 'Folder'}
        value={source}
        onChange={setSource}
        placeholder={kind === 'url' ? 'https://git.example.com/team/shop.git' : '/srv/code/shop'}
        isRequired
        isCode
      />
      <TextField
        label="Name"
        value={name}
        onChange={setGivenName}
        hint="A repository that is indexed under this name already is brought up to date."
        isRequired
      />
      <TextField
        label="Branch, tag or commit"
        value={branch}
        onChange={setBranch}
        placeholder={kind === 'url' ? 'The default branch' : 'The working tree as it stands'}
      />
      <details>
        <summary>Priority, team and domain</summary>
        <div className="more">
          <div className="field">
            <span aria-hidden="true">Priority</span>
            <Choice label="Priority" value={priority} options={priorities} onChange={setPriority} />
          </div>
          <TextField label="Team" value={teamOwner} onChange={setTeamOwner} />
          <TextField label="Business domain" value={businessDomain} onChange={setBusinessDomain} />
        </div>
      </details>
      {failure !== null && <ErrorNote {...failure} />}
      {plan !== null && <PlanView key={plan.repository} plan={plan} />}
      <div className="buttons">
        <button type="button" onClick={onClose}>
          Close
        </button>
        <button type="button" onClick={onPlan} disabled={sending !== null}>
          {sending === 'plan' ? 'Looking …' : 'Dry run'}
        </button>
        <button type="submit" className="primary" disabled={sending !== null}>
          {sending === 'start' ? 'Starting …' : 'Start'}
        </button>
      </div>
    </form>
  )
}
