import { TextInput } from "@mantine/core";
import { useEffect, useRef, useState, type Ref } from "react";

/** How long typing must rest before the search is sent, in milliseconds. */
const typingPauseMs = 250;

interface SearchBoxProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly onSearch: (text: string) => void;
  readonly inputRef: Ref<HTMLInputElement>;
}

/** A text to search for, sent when typing rests. */
export function SearchBox({ label, hint, value, onSearch, inputRef }: SearchBoxProps) {
  const [text, setText] = useState(value);
  const typing = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setText(value), [value]);
  useEffect(() => () => clearTimeout(typing.current), []);
  const type = (next: string) => {
    setText(next);
    clearTimeout(typing.current);
    typing.current = setTimeout(() => onSearch(next), typingPauseMs);
  };
  return (
    <TextInput
      ref={inputRef}
      type="search"
      className="filters-text"
      aria-label={label}
      placeholder={hint}
      value={text}
      maxLength={200}
      onChange={(event) => type(event.currentTarget.value)}
    />
  );
}
