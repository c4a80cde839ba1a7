/** Who is told of aborts. */

interface Listener {
  calls: Set<() => void>;
  tell: () => void;
}

// Node warns of more than ten listeners of one signal, and many calls may share it.
const listeners = new WeakMap<AbortSignal, Listener>();

function listenerOf(signal: AbortSignal): Listener {
  const known = listeners.get(signal);
  if (known) return known;
  const calls = new Set<() => void>();
  const tell = () => {
    // One call may let go of another.
    for (const call of [...calls]) if (calls.has(call)) call();
  };
  const listener = { calls, tell };
  listeners.set(signal, listener);
  return listener;
}

/** Makes the call when the signal is aborted, unless it has been let go before. */
export function onAbort(signal: AbortSignal | undefined, call: () => void): () => void {
  if (!signal) return () => {};
  const { calls, tell } = listenerOf(signal);
  if (calls.size === 0) signal.addEventListener("abort", tell);
  calls.add(call);
  return () => {
    if (calls.delete(call) && calls.size === 0) signal.removeEventListener("abort", tell);
  };
}
