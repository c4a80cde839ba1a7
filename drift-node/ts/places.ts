// Which one of several an error is about.
import { DriftError } from "./error.js";
import type { Later } from "./queue.js";

function placed(error: unknown, place: string | undefined): unknown {
  if (place === undefined) return error;
  if (error instanceof DriftError) {
    const text = `${error.text}, ${place}`;
    return new DriftError({ ...error, message: text, text });
  }
  if (error instanceof TypeError) error.message = `${error.message}, ${place}`;
  return error;
}

/** Makes the call; its error tells the place, where there is one to tell. */
export function inPlace<T>(place: string | undefined, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw placed(error, place);
  }
}

/** As `inPlace`, for what is done in a turn. */
export function laterInPlace<T>(place: string | undefined, prepare: () => Later<T>): Later<T> {
  const later = inPlace(place, prepare);
  return async (turn) => {
    try {
      return await later(turn);
    } catch (error) {
      throw placed(error, place);
    }
  };
}
