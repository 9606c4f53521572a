import { useEffect, useRef, useState } from 'react';
import { TextField } from './field.js';

const pauseMs = 300;

interface TypedFieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  placeholder?: string;
  list?: string;
}

/** A filter that is typed: it counts once the typing pauses. */
export function TypedField({ label, value, onValue, placeholder, list }: TypedFieldProps) {
  const [typed, setTyped] = useState({ from: value, text: value });
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // The address may change by itself: back and forth in the history.
  const text = typed.from === value ? typed.text : value;
  return (
    <TextField
      label={label}
      type="search"
      value={text}
      placeholder={placeholder}
      list={list}
      onChange={({ target }) => {
        const next = target.value;
        setTyped({ from: value, text: next });
        clearTimeout(timer.current);
        timer.current = setTimeout(() => {
          setTyped({ from: next.trim(), text: next });
          onValue(next.trim());
        }, pauseMs);
      }}
    />
  );
}
