CREATE TABLE customers (
  id bigint PRIMARY KEY,
  email varchar(320) NOT NULL
);

CREATE TABLE orders (
  id bigint PRIMARY KEY,
  customer bigint NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
  state text NOT NULL DEFAULT 'new',
  placed timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX orders_by_customer ON orders (customer);
