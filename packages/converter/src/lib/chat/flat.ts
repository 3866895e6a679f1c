/**
 * `list.flatMap(each)`, about seven times as fast: V8 neither inlines the built-in nor knows that what comes back is an array.
 *
 * @param each gives an array of its own: of a list of one, which most are, it becomes the result.
 */
export function flatten<Item, Piece>(list: readonly Item[], each: (item: Item, index: number) => Piece[]): Piece[] {
  if (list.length === 1) return each(list[0] as Item, 0)
  const pieces: Piece[] = []
  for (let index = 0; index < list.length; index++) {
    for (const piece of each(list[index] as Item, index)) pieces.push(piece)
  }
  return pieces
}
