# Reading what 'mpiqtl extract --per-gene' and '--ld' write, in base R. Used by coloc.R and susie.R.

read_table <- function(path) {
  read.delim(path, quote = "", comment.char = "", check.names = FALSE, stringsAsFactors = FALSE,
             colClasses = c(chrom = "character"))
}

# The line of genes.tsv for a gene, and the gene's pairs.
read_locus <- function(folder, gene) {
  genes <- read_table(file.path(folder, "genes.tsv"))
  line <- genes[as.character(genes$gene) == gene, ]
  if (nrow(line) != 1) stop("no gene ", gene, " in ", file.path(folder, "genes.tsv"))
  list(gene = line, pairs = read_table(file.path(folder, line$table)))
}

# A matrix of correlations in NumPy's form: 128 bytes that tell its shape, then the numbers. It is symmetric, so that its
# rows are its columns.
read_npy <- function(path) {
  m <- sqrt((file.size(path) - 128) / 8)
  file <- file(path, "rb")
  on.exit(close(file))
  readBin(file, "raw", 128)
  matrix(readBin(file, "double", m * m, size = 8, endian = "little"), m, m)
}
