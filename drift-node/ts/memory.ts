// How much of the memory of documents and reports the collector of garbage is told of.
import { totalmem } from "node:os";

const MIB = 1 << 20;

/** V8 looks for garbage when it has been told of so much more memory than it knew of the last time. */
const STEP = 64 * MIB;

/** How much of it may wait: the sixteenth part of what there is, 1 GiB at the most. */
const WAITING = Math.min(
  Math.min(totalmem(), process.constrainedMemory() || totalmem()) / 16,
  1024 * MIB,
);

/** The share that V8 is told of. Documents are large, and each look for garbage stops the event loop. */
export const TOLD = Math.min(1, STEP / WAITING);
