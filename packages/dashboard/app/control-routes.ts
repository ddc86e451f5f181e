import { useEffect, useState } from 'react'

/**
 * Whether the server has the routes that change something, by the description that it gives of itself: no
 * request that would change something has to be tried.
 */
export function useHasControl(api: string, isReachable: boolean): boolean {
  const [hasControl, setHasControl] = useState(false)
  useEffect(() => {
    if (!isReachable) return
    const controller = new AbortController()
    void readHasControl(api, controller.signal).then((answer) => {
      if (answer !== null) setHasControl(answer)
    })
    return () => controller.abort()
  }, [api, isReachable])
  return hasControl
}

/** Null where it cannot be told. */
async function readHasControl(api: string, signal: AbortSignal): Promise<boolean | null> {
  try {
    const response = await fetch(`${api.replace(/\/+$/, '')}/openapi.json`, { signal })
    if (!response.ok) return null
    const described = (await response.json()) as { paths?: Record<string, object> }
    return 'post' in (described.paths?.['/repository'] ?? {})
  } catch {
    // Told by the state of the connection, and asked again when it is back.
    return null
  }
}
