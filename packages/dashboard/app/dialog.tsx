import { type ReactNode, useLayoutEffect, useRef } from 'react'

/** A modal dialog of the browser's own: it keeps the focus, closes by Escape, and gives the focus back. */
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode }) {
  const { title, onClose, children } = props
  const dialog = useRef<HTMLDialogElement>(null)
  // The browser gives the focus back when it closes the dialog, which is before it tells React:
  // given back a second time, it would be taken from where the reader has moved on to.
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close()
  }, [])
  return (
    <dialog ref={dialog} aria-label={title} onClose={onClose}>
      <h2>{title}</h2>
      {children}
    </dialog>
  )
}
