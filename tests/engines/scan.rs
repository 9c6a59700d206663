//! Every engine finds exactly the hits of double precision, whatever the rows.
