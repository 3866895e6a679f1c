/**
 * `list.flatMap(each)`, about seven times as fast: V8 neither inlines the built-in nor knows that what comes back is an array.
 *
 * @param each gives an array of its own: of a list of one, which most are, it becomes the result.
 */
export function flatten<Item, Piece>(list: readonly Item[], each: (item: Item, index: number) => Piece[]): Piece[] {
  if (list.length === 0) return []
  let pieces = each(list[0] as Item, 0)
  for (let index = 1; index < list.length; index++) pieces = joinedTo(pieces, each(list[index] as Item, index))
  return pieces
}

/** Two lists as one. Either may become the result, so that both must be the caller's own. */
export function joinedTo<Piece>(pieces: Piece[], more: Piece[]): Piece[] {
  if (pieces.length === 0) return more
  // Two of one piece each are the words and the call of most turns; what a push makes room for is five times as large.
  if (pieces.length === 1 && more.length === 1) return [pieces[0] as Piece, more[0] as Piece]
  for (const piece of more) pieces.push(piece)
  return pieces
}

/** `list.map(each)` without the frame of the built-in, which for lists as short as most costs more than what it does. */
export function mapped<Item, Made>(list: readonly Item[], each: (item: Item) => Made): Made[] {
  if (list.length === 1) return [each(list[0] as Item)]
  return list.map((item) => each(item))
}
